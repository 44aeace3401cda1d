package io.bisup.llm.checkpoint;

import io.bisup.llm.checkpoint.MalformedCheckpointException.Code;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.config.TensorMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Compares a checkpoint's tensors with those its config.json implies. */
public final class ModelMatch {

    private static final int SHOWN = 3;

    private ModelMatch() {}

    /**
     * Checks that the checkpoint holds exactly the tensors of the model, each with the shape config.json implies.
     *
     * @param stored every tensor of the checkpoint
     * @throws MalformedCheckpointException naming the tensors that are missing, unexpected, of a wrong shape or type
     */
    public static void check(DecoderConfig config, Collection<StoredTensor> stored) {
        Map<String, ExpectedTensor> expected = new LinkedHashMap<>();
        TensorMap.of(config).stored().forEach((name, shape) -> expected.put(name, ExpectedTensor.floating(shape)));
        check(config, expected, stored);
    }

    /**
     * As {@link #check(DecoderConfig, Collection)}, for a checkpoint that stores the model's parameters in other tensors.
     *
     * @param expected every tensor that the checkpoint may hold
     */
    public static void check(
            DecoderConfig config, Map<String, ExpectedTensor> expected, Collection<StoredTensor> stored) {
        Map<String, StoredTensor> tensors = stored.stream()
                .collect(Collectors.toMap(
                        StoredTensor::name, Function.identity(), (first, second) -> first, LinkedHashMap::new));
        String file = stored.stream().findFirst().map(StoredTensor::file).orElse(Checkpoint.SINGLE_FILE);
        List<String> missing = new ArrayList<>();
        expected.forEach((name, tensor) -> {
            StoredTensor found = tensors.get(storedName(name, config, tensors));
            if (found != null) {
                checkTensor(found, tensor);
            } else if (!tensor.optional()) {
                missing.add(name);
            }
        });
        refuse(Code.TENSOR_MISSING, file, missing, "missing");
        List<String> unexpected = tensors.keySet().stream()
                .filter(n -> !expected.containsKey(n) && !isHarmless(n))
                .toList();
        refuse(Code.TENSOR_UNEXPECTED, file, unexpected, "unknown to the model");
    }

    /**
     * Checks what is stored under the parameters' own names, for an artifact, which stores the other parameters in tensors of its own.
     *
     * @throws MalformedCheckpointException naming a tensor of another shape than config.json implies, or of no floating-point type
     */
    public static void checkParameters(DecoderConfig config, Collection<StoredTensor> stored) {
        Map<String, List<Long>> shapes = ModelTensors.expected(config);
        for (StoredTensor tensor : stored) {
            List<Long> shape = shapes.get(tensor.name());
            if (shape != null) {
                checkTensor(tensor, ExpectedTensor.floating(shape));
            }
        }
    }

    /** Some writers of models with tied embeddings store the one matrix under the head's name only. */
    private static String storedName(String name, DecoderConfig config, Map<String, StoredTensor> tensors) {
        boolean underTheHead =
                config.tiedEmbeddings() && name.equals(ModelTensors.EMBEDDING) && !tensors.containsKey(name);
        return underTheHead ? ModelTensors.HEAD : name;
    }

    /** Frequencies that older Llama files store although they follow from config.json, and the copy of a tied head. */
    private static boolean isHarmless(String name) {
        return name.endsWith(".rotary_emb.inv_freq") || name.equals(ModelTensors.HEAD);
    }

    private static void checkTensor(StoredTensor tensor, ExpectedTensor expected) {
        TensorEntry entry = tensor.entry();
        if (!entry.shape().equals(expected.shape())) {
            throw new MalformedCheckpointException(
                    Code.TENSOR_WRONG_SHAPE,
                    tensor.file(),
                    tensor.name(),
                    "has shape " + entry.shape() + ", config.json implies " + expected.shape(),
                    "does config.json belong to these weights?");
        }
        if (!expected.types().contains(entry.dtype())) {
            throw wrongType(tensor, expected);
        }
    }

    private static MalformedCheckpointException wrongType(StoredTensor tensor, ExpectedTensor expected) {
        boolean weight = expected.types().contains(DType.F32);
        return new MalformedCheckpointException(
                Code.TENSOR_WRONG_DTYPE,
                tensor.file(),
                tensor.name(),
                "has type " + tensor.entry().dtype()
                        + (weight
                                ? ", a weight must be BF16, F16, F32 or F64"
                                : ", config.json implies "
                                        + expected.types().iterator().next()),
                weight ? "start from the unquantized checkpoint" : "does config.json belong to these weights?");
    }

    private static void refuse(Code code, String file, List<String> names, String what) {
        if (names.isEmpty()) {
            return;
        }
        String others = names.stream().skip(1).limit(SHOWN).collect(Collectors.joining(", "));
        String rest = names.size() > SHOWN + 1 ? " and " + (names.size() - SHOWN - 1) + " more" : "";
        throw new MalformedCheckpointException(
                code,
                file,
                names.getFirst(),
                "is " + what + (others.isEmpty() ? "" : ", as are " + others + rest),
                "does config.json belong to these weights?");
    }
}
