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
 * @param tensors one per parameter the architecture has, of the shape in {@link BlockTensor#shape}: weights [out, in],
 *     others [width]
 */
public record DecoderBlockWeights(Map<BlockTensor, NDArray> tensors) implements AutoCloseable {
    /** Copies the map, not the tensors; iteration follows the enum, so that results never depend on hash order. */
    public DecoderBlockWeights {
        Map<BlockTensor, NDArray> ordered = new EnumMap<>(BlockTensor.class);
        ordered.putAll(tensors);
        tensors = Collections.unmodifiableMap(ordered);
    }

    /**
     * Loads every parameter of one block. They outlive the open scope and belong to the result; what the source throws is
     * passed on, and nothing stays loaded then.
     *
     * @param source makes a tensor of the shape in {@link BlockTensor#shape} from its Hugging Face name
     */
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
     * A parameter the block must have: [out, in] of a weight, [width] of a norm or bias. It stays the block's.
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

    /** A parameter that only some architectures have, [out, in] or [width] as for {@link #get}; or null. */
    public @Nullable NDArray find(BlockTensor tensor) {
        return tensors.get(tensor);
    }

    /** The bias [out] that belongs to a weight [out, in], or null. It stays the block's. */
    public @Nullable NDArray biasOf(BlockTensor weight) {
        BlockTensor bias = weight.bias();
        return bias == null ? null : find(bias);
    }

    @Override
    public void close() {
        tensors.values().forEach(NDArray::close);
    }
}
