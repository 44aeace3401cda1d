package io.bisup.llm.kernel;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.recipe.Format;
import io.bisup.llm.tensor.KernelCalls;

/**
 * Uniform quantizers ({@code quant.py}; methods §1.3). x is [..., C] with groups along C; clip factors in (0, 1] are
 * broadcastable to [..., groups] and empty for the full range. Rounding passes gradients on as they are. Results belong
 * to the open scope. What torch cannot compute, such as shapes that do not fit each other, throws a
 * {@link io.bisup.llm.tensor.KernelException}.
 */
public final class QuantKernels {

    private QuantKernels() {}

    /**
     * Quantizes and dequantizes x [..., C] (methods §1.3).
     *
     * @param high factors on upper (symmetric: both) ends, broadcastable to [..., groups]; empty for the full range
     * @param low factors on lower ends, of the same shape; unused when symmetric
     * @param stored whether scales are rounded to bfloat16, as an artifact stores those of weights
     * @return [..., C]; x itself for a format that does not quantize
     */
    public static NDArray fake(
            KernelCalls kernels, NDArray x, Format format, NDArray high, NDArray low, boolean stored) {
        return kernels.call("quant_fake", x, high, low, format.bits(), format.symmetric(), group(format), stored);
    }

    /**
     * Quantizes and dequantizes x [..., C] by the rule of compressed-tensors 0.20 ({@code calculate_qparams}; methods
     * §1.3): a symmetric scale is the largest magnitude over (2^b − 1)/2, zero points are added before rounding, and a
     * scale of 0 becomes float32's epsilon. The result is [..., C], with no gradient through rounding.
     */
    public static NDArray fakeHalfSpan(KernelCalls kernels, NDArray x, Format format) {
        return kernels.call("quant_half_span", x, format.bits(), format.symmetric(), group(format));
    }

    /** For each group of x [..., C] the factor of {@code candidates} with the least squared error: [..., groups]. */
    public static NDArray clipGrid(KernelCalls kernels, NDArray x, Format format, double[] candidates) {
        return kernels.call("quant_clip_grid", x, candidates, format.bits(), format.symmetric(), group(format));
    }

    /** Whether every element of a tensor of any shape is finite. */
    public static boolean isFinite(KernelCalls kernels, NDArray x) {
        try (NDArray finite = kernels.call("quant_finite", x)) {
            return finite.getBoolean();
        }
    }

    /** mean((x − y)²) over all elements of two tensors of the same shape. */
    public static double squaredError(KernelCalls kernels, NDArray x, NDArray y) {
        try (NDArray error = kernels.call("quant_squared_error", x, y)) {
            return ((Number) error.toArray()[0]).doubleValue();
        }
    }

    /** σ(logit), elementwise; any shape. */
    public static NDArray sigmoid(KernelCalls kernels, NDArray logit) {
        return kernels.call("quant_sigmoid", logit);
    }

    /**
     * Each element of a float32 tensor of any shape rounded to the nearest bfloat16, in float32, with the identity as
     * gradient.
     */
    public static NDArray stored(KernelCalls kernels, NDArray x) {
        return kernels.call("quant_stored", x);
    }

    private static int group(Format format) {
        return switch (format.scope()) {
            case io.bisup.contract.recipe.Scope.Channels channels -> channels.columns();
            case io.bisup.contract.recipe.Scope.Row row -> 0;
            case io.bisup.contract.recipe.Scope.Head head -> 0;
            case io.bisup.contract.recipe.Scope.Tensor tensor -> 0;
        };
    }
}
