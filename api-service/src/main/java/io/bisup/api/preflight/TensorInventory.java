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
        List<String> missing =
                expected.keySet().stream().filter(n -> !tensors.containsKey(n)).toList();
        if (!missing.isEmpty()) {
            String more = missing.size() > SHOWN ? " and " + (missing.size() - SHOWN) + " more" : "";
            throw ModelInspector.damaged("the checkpoint lacks "
                    + String.join(", ", missing.subList(0, Math.min(SHOWN, missing.size()))) + more
                    + ", which config.json implies");
        }
        tensors.forEach((name, entry) -> {
            List<Long> shape = expected.get(name);
            if (shape != null) {
                checkTensor(entry, shape);
            }
        });
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
