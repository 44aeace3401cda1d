package io.bisup.llm.quant;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.model.BlockInput;
import io.bisup.llm.model.DecoderBlockWeights;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The order in which the block kernels ({@code quant_block.py}) take a block's parameters. */
public final class KernelOrder {

    /** The quantized weights: q k v o gate up down. */
    public static final List<BlockTensor> LINEARS = Arrays.stream(BlockInput.values())
            .flatMap(input -> input.weights().stream())
            .toList();

    /** All parameters. */
    public static final List<BlockTensor> PARAMETERS = List.of(
            BlockTensor.INPUT_NORM,
            BlockTensor.QUERY,
            BlockTensor.KEY,
            BlockTensor.VALUE,
            BlockTensor.OUTPUT,
            BlockTensor.POST_ATTENTION_NORM,
            BlockTensor.GATE,
            BlockTensor.UP,
            BlockTensor.DOWN,
            BlockTensor.QUERY_BIAS,
            BlockTensor.KEY_BIAS,
            BlockTensor.VALUE_BIAS,
            BlockTensor.QUERY_NORM,
            BlockTensor.KEY_NORM);

    private static final List<BlockInput> INPUTS = List.of(BlockInput.values());

    private KernelOrder() {}

    /** Where a parameter stands in {@link #PARAMETERS}. */
    public static int indexOf(BlockTensor tensor) {
        return PARAMETERS.indexOf(tensor);
    }

    /** Where what belongs to an input stands in lists of four. */
    public static int indexOf(BlockInput input) {
        return INPUTS.indexOf(input);
    }

    /** The parameters in order; {@code empty} where the model has none. */
    public static NDArray[] of(DecoderBlockWeights weights, NDArray empty) {
        return PARAMETERS.stream().map(t -> orElse(weights.find(t), empty)).toArray(NDArray[]::new);
    }

    /** The reverse of {@link #of}: parameters without elements are left out. */
    public static DecoderBlockWeights weights(NDArray[] ordered) {
        Map<BlockTensor, NDArray> tensors = new EnumMap<>(BlockTensor.class);
        for (int i = 0; i < ordered.length; i++) {
            if (ordered[i].size() > 0) {
                tensors.put(PARAMETERS.get(i), ordered[i]);
            }
        }
        return new DecoderBlockWeights(tensors);
    }

    private static NDArray orElse(@Nullable NDArray array, NDArray empty) {
        return array == null ? empty : array;
    }
}
