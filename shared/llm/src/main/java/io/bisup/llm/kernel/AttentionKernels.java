package io.bisup.llm.kernel;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.tensor.KernelCalls;

/**
 * Attention of one block ({@code attention.py}). B batch, T new tokens, S all tokens, H query heads, G key-value heads, D
 * head size. Results belong to the open scope. What torch cannot compute, such as shapes that do not fit each other,
 * throws a {@link io.bisup.llm.tensor.KernelException}.
 */
public final class AttentionKernels {

    private AttentionKernels() {}

    /** [B, T, heads · D] to [B, heads, T, D]. */
    public static NDArray splitHeads(KernelCalls kernels, NDArray x, int heads) {
        return kernels.call("split_heads", x, heads);
    }

    /**
     * Rotates the pairs (i, i + D/2) of every head.
     *
     * @param x [B, heads, T, D]
     * @param cosines [T, D/2]
     * @param sines [T, D/2]
     * @return [B, heads, T, D]
     */
    public static NDArray rotate(KernelCalls kernels, NDArray x, NDArray cosines, NDArray sines) {
        return kernels.call("rotate", x, cosines, sines);
    }

    /**
     * Causal attention of the last T of S positions.
     *
     * @param queries [B, H, T, D]
     * @param keys [B, G, S, D]
     * @param values [B, G, S, D]
     * @param window positions that each query sees, its own included
     * @param lowPrecision whether products are computed in bfloat16
     * @return [B, T, H · D]
     */
    public static NDArray attend(
            KernelCalls kernels, NDArray queries, NDArray keys, NDArray values, int window, boolean lowPrecision) {
        return kernels.call("attend", queries, keys, values, window, lowPrecision);
    }

    /**
     * Attention of T tokens to those of S that a mask lets them see.
     *
     * @param queries [B, H, T, D]
     * @param keys [B, G, S, D]
     * @param values [B, G, S, D]
     * @param mask what is added to the scores, 0 or -∞, float32 [B, 1, T, S]
     * @param lowPrecision whether products are computed in bfloat16
     * @return [B, T, H · D]
     */
    public static NDArray attendMasked(
            KernelCalls kernels, NDArray queries, NDArray keys, NDArray values, NDArray mask, boolean lowPrecision) {
        return kernels.call("attend_masked", queries, keys, values, mask, lowPrecision);
    }

    /** Past keys or values [1 or B, G, P, D] before fresh ones [B, G, T, D]: [B, G, P + T, D]. */
    public static NDArray extendPast(KernelCalls kernels, NDArray past, NDArray fresh) {
        return kernels.call("extend_past", past, fresh);
    }

    /** Rows {@code first} to {@code first + count - 1} of the first axis of x [n, ...]: [count, ...], in the same memory. */
    public static NDArray rows(KernelCalls kernels, NDArray x, long first, long count) {
        return kernels.call("rows", x, first, count);
    }
}
