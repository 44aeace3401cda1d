package io.bisup.llm.block;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.tensor.TensorOwner;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The full-precision parameters of one decoder block; weights are [out, in].
 *
 * @param tensors one per parameter the architecture has
 */
public record DecoderBlockWeights(Map<BlockTensor, NDArray> tensors) implements AutoCloseable {
    /** Copies the map, not the tensors; iteration follows the enum, so that results never depend on hash order. */
    public DecoderBlockWeights {
        Map<BlockTensor, NDArray> ordered = new EnumMap<>(BlockTensor.class);
        ordered.putAll(tensors);
        tensors = Collections.unmodifiableMap(ordered);
    }

    /** Loads every parameter of one block by its name; they outlive the open scope, and a failure leaves none. */
    public static DecoderBlockWeights load(DecoderConfig config, int layer, Function<String, NDArray> source) {
        Map<BlockTensor, NDArray> loaded = new EnumMap<>(BlockTensor.class);
        try (TensorOwner loading = new TensorOwner()) {
            for (BlockTensor tensor : BlockTensor.of(config)) {
                loaded.put(tensor, loading.own(source.apply(tensor.name(layer))));
            }
            return loading.handOver(new DecoderBlockWeights(loaded));
        }
    }

    /**
     * A parameter the block must have.
     *
     * @throws IllegalArgumentException when it is missing
     */
    public NDArray get(BlockTensor tensor) {
        NDArray array = tensors.get(tensor);
        if (array == null) {
            throw new IllegalArgumentException("The block lacks " + tensor.suffix() + "; it has " + tensors.keySet());
        }
        return array;
    }

    /** A parameter only some architectures have, or null. */
    public @Nullable NDArray find(BlockTensor tensor) {
        return tensors.get(tensor);
    }

    /** The bias that belongs to a weight, or null. */
    public @Nullable NDArray biasOf(BlockTensor weight) {
        BlockTensor bias = weight.bias();
        return bias == null ? null : find(bias);
    }

    @Override
    public void close() {
        tensors.values().forEach(NDArray::close);
    }
}
