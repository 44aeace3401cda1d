package io.bisup.api.preflight;

import io.bisup.llm.checkpoint.TensorEntry;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import java.util.List;
import java.util.Map;

/** Compares the tensors of a checkpoint with those that its config.json implies. */
final class TensorInventory {

    private static final int SHOWN = 3;

    private TensorInventory() {}

    static void check(DecoderConfig config, Map<String, TensorEntry> tensors) {
        Map<String, List<Long>> expected = ModelTensors.expected(config);
        refuse(
                expected.keySet().stream()
                        .filter(n -> !tensors.containsKey(n) && !isTiedHead(n, config, tensors))
                        .toList(),
                "the checkpoint lacks %s, which config.json implies");
        refuse(
                tensors.keySet().stream()
                        .filter(n -> !expected.containsKey(n) && !isHarmless(n))
                        .toList(),
                "the checkpoint holds %s, for which the model has no place");
        tensors.forEach((name, entry) -> {
            List<Long> shape = expected.get(name);
            if (shape != null) {
                checkTensor(entry, shape);
            }
        });
    }

    /** Some tied checkpoints store the one matrix under the head's name. */
    private static boolean isTiedHead(String name, DecoderConfig config, Map<String, TensorEntry> tensors) {
        return config.tiedEmbeddings() && name.equals(ModelTensors.EMBEDDING) && tensors.containsKey(ModelTensors.HEAD);
    }

    /** Frequencies that older files store although they follow from config.json, and the copy of a tied head. */
    private static boolean isHarmless(String name) {
        return name.endsWith(".rotary_emb.inv_freq") || name.equals(ModelTensors.HEAD);
    }

    private static void refuse(List<String> names, String message) {
        if (!names.isEmpty()) {
            String more = names.size() > SHOWN ? " and " + (names.size() - SHOWN) + " more" : "";
            String shown = String.join(", ", names.subList(0, Math.min(SHOWN, names.size())));
            throw ModelInspector.damaged(message.formatted(shown + more));
        }
    }

    private static void checkTensor(TensorEntry tensor, List<Long> shape) {
        if (!tensor.shape().equals(shape)) {
            throw ModelInspector.damaged(
                    "tensor " + tensor.name() + " has shape " + tensor.shape() + ", but config.json implies " + shape);
        }
        if (!tensor.dtype().isFloating()) {
            throw ModelInspector.damaged("tensor " + tensor.name() + " has type " + tensor.dtype()
                    + ": start from the unquantized checkpoint");
        }
    }
}
