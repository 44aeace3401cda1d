package io.bisup.quantize.stage.transform;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.model.BlockInput;
import io.bisup.llm.quant.KernelOrder;
import io.bisup.llm.quant.LegacyRecipe;
import io.bisup.quantize.stage.BlockContext;
import io.bisup.quantize.stage.BlockParameters;
import io.bisup.quantize.stage.CalibrationStatistics;
import java.util.List;

/**
 * Θ2 before learning: the SmoothQuant factors (arXiv 2211.10438, eq. 4) of the inputs of qkv, o, gate/up and down. The
 * factors of the o input are one per channel of a key-value head, because the query heads that share it must agree.
 */
public final class SmoothingStart {

    private SmoothingStart() {}

    /** Sets s0 and θ = 0. */
    public static void apply(
            BlockContext context,
            CalibrationStatistics statistics,
            LegacyRecipe.Smoothing smoothing,
            BlockParameters parameters) {
        parameters.logBound(Math.log(smoothing.bound()));
        for (BlockInput input : BlockInput.values()) {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDArray activation = perFactor(context, input, statistics.absMax(input));
                NDArray weight = perFactor(context, input, columns(context, input.weights()));
                NDArray start = context.kernels().call("qs_smooth_start", activation, weight, smoothing.alpha());
                BlockParameters.put(parameters.start(), KernelOrder.indexOf(input), start);
                BlockParameters.put(parameters.theta(), KernelOrder.indexOf(input), start.zerosLike());
            }
        }
        parameters.foldPrefix();
    }

    private static NDArray columns(BlockContext context, List<BlockTensor> weights) {
        NDArray[] tensors = weights.stream()
                .map(w -> context.weights()[KernelOrder.indexOf(w)])
                .toArray(NDArray[]::new);
        return context.kernels().call("qs_column_absmax", (Object) tensors);
    }

    /** [in] to [factors]: the largest over the query heads that share a key-value head, for the o input. */
    private static NDArray perFactor(BlockContext context, BlockInput input, NDArray perChannel) {
        return switch (input) {
            case ATTENTION, FEED_FORWARD, DOWN -> perChannel;
            case OUTPUT -> context.kernels().call("qs_shared_absmax", perChannel, context.dims());
        };
    }
}
