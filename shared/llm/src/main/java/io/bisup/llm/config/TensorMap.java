package io.bisup.llm.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * How a family's checkpoints store the parameters of {@link ModelTensors#expected}: the one place that knows which stored
 * tensor, and which rows of it, hold a parameter. Everything else names parameters as Llama's checkpoints do.
 */
public final class TensorMap {
    private final SequencedMap<String, StoredPart> parts;

    private TensorMap(SequencedMap<String, StoredPart> parts) {
        this.parts = parts;
    }

    /** The map of a model of this shape. */
    public static TensorMap of(DecoderConfig config) {
        SequencedMap<String, StoredPart> parts = new LinkedHashMap<>();
        ModelTensors.expected(config).forEach((name, shape) -> parts.put(name, StoredPart.whole(name, shape)));
        Family family = Family.of(config.architecture());
        for (int layer = 0; layer < config.layers(); layer++) {
            for (BlockTensor parameter : BlockTensor.of(config)) {
                parts.put(parameter.name(layer), family.stored(config, layer, parameter));
            }
        }
        return new TensorMap(parts);
    }

    /**
     * Where a parameter is stored.
     *
     * @param parameter a name of {@link ModelTensors#expected}
     * @throws IllegalArgumentException if the model has no such parameter
     */
    public StoredPart part(String parameter) {
        StoredPart part = parts.get(parameter);
        if (part == null) {
            throw new IllegalArgumentException("The model has no parameter " + parameter);
        }
        return part;
    }

    /** Every tensor that a checkpoint of the model must hold with its shape, in model order. */
    public SequencedMap<String, List<Long>> stored() {
        SequencedMap<String, List<Long>> shapes = new LinkedHashMap<>();
        parts.values().forEach(part -> shapes.put(part.tensor(), part.storedShape()));
        return shapes;
    }
}
