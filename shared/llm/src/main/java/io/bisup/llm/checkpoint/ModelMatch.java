package io.bisup.llm.checkpoint;

import io.bisup.llm.checkpoint.MalformedCheckpointException.Code;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Compares a checkpoint's tensors with those its config.json implies. */
final class ModelMatch {

    private static final int SHOWN = 3;

    private ModelMatch() {}

    static void check(DecoderConfig config, Map<String, TensorView> tensors, String file) {
        Map<String, List<Long>> expected = ModelTensors.expected(config);
        List<String> missing = expected.keySet().stream()
                .filter(n -> isMissing(n, config, tensors))
                .toList();
        if (!missing.isEmpty()) {
            throw refused(Code.TENSOR_MISSING, file, missing, "missing");
        }
        List<String> unexpected = tensors.keySet().stream()
                .filter(n -> !expected.containsKey(n) && !isHarmless(n))
                .toList();
        if (!unexpected.isEmpty()) {
            throw refused(Code.TENSOR_UNEXPECTED, file, unexpected, "unknown to the model");
        }
        expected.forEach((name, shape) ->
                Optional.ofNullable(tensors.get(name)).ifPresent(tensor -> checkTensor(tensor, shape)));
    }

    /** Frequencies that older Llama files store although they follow from config.json, and the copy of a tied head. */
    private static boolean isHarmless(String name) {
        return name.endsWith(".rotary_emb.inv_freq") || name.equals(ModelTensors.HEAD);
    }

    private static void checkTensor(TensorView tensor, List<Long> shape) {
        if (!tensor.shape().equals(shape)) {
            throw new MalformedCheckpointException(
                    Code.TENSOR_WRONG_SHAPE,
                    tensor.file(),
                    tensor.name(),
                    "has shape " + tensor.shape() + ", config.json implies " + shape,
                    "does config.json belong to these weights?");
        }
        if (!tensor.dtype().isFloating()) {
            throw new MalformedCheckpointException(
                    Code.TENSOR_WRONG_DTYPE,
                    tensor.file(),
                    tensor.name(),
                    "has type " + tensor.dtype() + ", a weight must be BF16, F16, F32 or F64",
                    "start from the unquantized checkpoint");
        }
    }

    private static boolean isMissing(String name, DecoderConfig config, Map<String, TensorView> tensors) {
        TensorView view = tensors.get(name);
        return view == null || (!config.tiedEmbeddings() && !view.name().equals(name));
    }

    private static MalformedCheckpointException refused(Code code, String file, List<String> names, String what) {
        String others = names.stream().skip(1).limit(SHOWN).collect(Collectors.joining(", "));
        String rest = names.size() > SHOWN + 1 ? " and " + (names.size() - SHOWN - 1) + " more" : "";
        return new MalformedCheckpointException(
                code,
                file,
                names.getFirst(),
                "is " + what + (others.isEmpty() ? "" : ", as are " + others + rest),
                "does config.json belong to these weights?");
    }
}
