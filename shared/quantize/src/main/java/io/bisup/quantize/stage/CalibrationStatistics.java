package io.bisup.quantize.stage;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.model.BlockInput;
import io.bisup.llm.quant.KernelOrder;
import io.bisup.llm.tensor.Kernels;

/**
 * What the linears of a block read on the quantized stream, before quantization: largest magnitude per channel and, on
 * request, second moments. Tensors outlive every scope and belong to this object.
 */
public final class CalibrationStatistics implements AutoCloseable {

    /** Where the inputs of the four linear groups stand among the results of the block kernel. */
    private static final int FIRST_INPUT = 3;

    private final NDArray[] absMax = new NDArray[BlockInput.values().length];
    private final NDArray[] grams;
    private long tokens;

    private CalibrationStatistics(BlockContext context, boolean moments) {
        this.grams = moments ? new NDArray[absMax.length] : new NDArray[0];
        for (BlockInput input : BlockInput.values()) {
            long width = width(context, input);
            absMax[KernelOrder.indexOf(input)] = context.runtime().manager().zeros(new Shape(width));
            if (moments) {
                grams[KernelOrder.indexOf(input)] = context.runtime().manager().zeros(new Shape(width, width));
            }
        }
        NDScope.unregister(absMax);
        NDScope.unregister(grams);
    }

    /** Runs every sample through the full-precision block. */
    public static CalibrationStatistics collect(BlockContext context, boolean moments) {
        CalibrationStatistics statistics = new CalibrationStatistics(context, moments);
        for (int sample = 0; sample < context.samples().count(); sample++) {
            context.control().checkpoint();
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                statistics.add(
                        context.kernels(), context.forward(context.samples().input(sample), context.weights()));
            }
        }
        return statistics;
    }

    private void add(Kernels kernels, NDArray[] forward) {
        tokens += forward[FIRST_INPUT].getShape().get(1);
        for (int i = 0; i < absMax.length; i++) {
            NDArray input = forward[FIRST_INPUT + i];
            replace(absMax, i, kernels.call("qs_absmax", absMax[i], input));
            if (grams.length > 0) {
                kernels.call("qs_add_gram", grams[i], input);
            }
        }
    }

    private static void replace(NDArray[] list, int index, NDArray value) {
        NDScope.unregister(value);
        list[index].close();
        list[index] = value;
    }

    private static long width(BlockContext context, BlockInput input) {
        BlockTensor weight = input.weights().getFirst();
        return context.weights()[KernelOrder.indexOf(weight)].getShape().get(1);
    }

    /** Largest magnitude of each channel of an input, [in]. */
    public NDArray absMax(BlockInput input) {
        return absMax[KernelOrder.indexOf(input)];
    }

    /** Σ x xᵀ over all tokens, [in, in]. */
    public NDArray gram(BlockInput input) {
        return grams[KernelOrder.indexOf(input)];
    }

    /** Number of tokens seen. */
    public long tokens() {
        return tokens;
    }

    @Override
    public void close() {
        for (NDArray tensor : absMax) {
            tensor.close();
        }
        for (NDArray tensor : grams) {
            tensor.close();
        }
    }
}
