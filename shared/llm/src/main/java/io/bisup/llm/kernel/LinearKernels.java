package io.bisup.llm.kernel;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.tensor.KernelCalls;
import org.jspecify.annotations.Nullable;

/**
 * Projections, norm and activation ({@code linear.py}); weights are [out, in]. Results belong to the open scope. What
 * torch cannot compute, such as shapes that do not fit each other, throws a {@link io.bisup.llm.tensor.KernelException}.
 */
public final class LinearKernels {

    private LinearKernels() {}

    /**
     * x Wᵀ + b.
     *
     * @param x [..., in]
     * @param weight [out, in]
     * @param bias [out], or null
     * @param lowPrecision whether the product is computed in bfloat16
     * @return [..., out], in the type of x
     */
    public static NDArray linear(
            KernelCalls kernels, NDArray x, NDArray weight, @Nullable NDArray bias, boolean lowPrecision) {
        return bias == null
                ? kernels.call("linear", x, weight, lowPrecision)
                : kernels.call("linear_with_bias", x, weight, bias, lowPrecision);
    }

    /** γ x / √(mean(x²) + ε) over the last axis of x [..., width]; γ is {@code weight}, [width]: [..., width]. */
    public static NDArray rmsNorm(KernelCalls kernels, NDArray x, NDArray weight, double epsilon) {
        return kernels.call("rms_norm", x, weight, epsilon);
    }

    /** SiLU(gate) ⊙ up, all [..., intermediate]. */
    public static NDArray swiglu(KernelCalls kernels, NDArray gate, NDArray up) {
        return kernels.call("swiglu", gate, up);
    }

    /** a + b, elementwise, of tensors of the same shape or of shapes that broadcast. */
    public static NDArray add(KernelCalls kernels, NDArray a, NDArray b) {
        return kernels.call("add", a, b);
    }

    /** a − b, elementwise, of tensors of the same shape or of shapes that broadcast. */
    public static NDArray subtract(KernelCalls kernels, NDArray a, NDArray b) {
        return kernels.call("subtract", a, b);
    }

    /** Rows of a table [vocabulary, hidden] by token ids int64 [B, T]: [B, T, hidden]. */
    public static NDArray embedding(KernelCalls kernels, NDArray ids, NDArray table) {
        return kernels.call("embedding", ids, table);
    }

    /**
     * Columns {@code first} to {@code first + count - 1} of the last axis of x [..., n]: [..., count], in the same
     * memory.
     */
    public static NDArray columns(KernelCalls kernels, NDArray x, long first, long count) {
        return kernels.call("columns", x, first, count);
    }

    /** Tensors [..., n] of different n, side by side along the last axis: [..., sum of n], a copy. */
    public static NDArray concatenate(KernelCalls kernels, NDArray... parts) {
        return kernels.call("concatenate", (Object) parts);
    }
}
