package io.bisup.llm.kernel;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.tensor.Kernels;

/**
 * Products and attention of the hand-staged training step ({@code fused.py}). They record no gradient, and write into
 * given memory where they say so. An empty tensor stands for what is absent or not wanted. What torch cannot compute,
 * such as shapes that do not fit each other, throws a {@link io.bisup.llm.tensor.KernelException}.
 */
public final class FusedKernels {

    private FusedKernels() {}

    /** Zeros of the shape of x to add a gradient to; empty where nothing that is learnt stands behind x. */
    public static NDArray zeroGradient(Kernels kernels, NDArray x) {
        return kernels.call("fused_gradient", x);
    }

    /** [batch, T, width] as [batch · T, width], in the same memory. */
    public static NDArray flat(Kernels kernels, NDArray x) {
        return kernels.call("fused_flat", x);
    }

    /** [rows, heads · size] as [rows · heads, size], in the same memory. */
    public static NDArray pieces(Kernels kernels, NDArray x, int size) {
        return kernels.call("fused_pieces", x, size);
    }

    /**
     * A linear's arguments.
     *
     * @param input x̂, [rows, in]
     * @param weight Ŵ, [out, in]
     * @param bias [out]
     * @param branchInput what the low-rank branch reads, [rows, in]
     * @param a [out, rank]
     * @param b [rank, in]
     */
    public record Linear(NDArray input, NDArray weight, NDArray bias, NDArray branchInput, NDArray a, NDArray b) {}

    /**
     * Writes x̂ Ŵᵀ + (x Bᵀ) Aᵀ + bias + addend into {@code out}, [rows, out].
     *
     * @param addend [rows, out], or empty
     * @param lowPrecision whether products are computed in bfloat16
     */
    public static void linear(Kernels kernels, Linear linear, NDArray addend, NDArray out, boolean lowPrecision) {
        kernels.call(
                "fused_linear",
                linear.input,
                linear.weight,
                linear.bias,
                linear.branchInput,
                linear.a,
                linear.b,
                addend,
                out,
                lowPrecision);
    }

    /**
     * Gradients of a linear's arguments, each added to what is there; that of Ŵ may overwrite.
     *
     * @param dOut gradient of the output, [rows, out]
     * @param linear the arguments
     * @param gradients one per argument and of its shape; empty where it is not wanted
     * @param overwritesWeight whether the gradient of Ŵ replaces what is there
     * @param lowPrecision whether products are computed in bfloat16
     */
    public static void linearBackward(
            Kernels kernels,
            NDArray dOut,
            Linear linear,
            Linear gradients,
            boolean overwritesWeight,
            boolean lowPrecision) {
        kernels.call(
                "fused_linear_backward",
                dOut,
                linear.input,
                linear.weight,
                linear.branchInput,
                new NDArray[] {linear.a, linear.b},
                new NDArray[] {
                    gradients.input, gradients.branchInput, gradients.weight, gradients.a, gradients.b, gradients.bias
                },
                !overwritesWeight,
                lowPrecision);
    }

    /**
     * Causal attention.
     *
     * @param queries [batch · T, heads · D]; keys and values [batch · T, kv heads · D]
     * @param prefixKeys [1, kv heads, P, D], or empty; values likewise
     * @param window positions that each query sees, its own included
     * @param lowPrecision whether scores and mixtures are computed in bfloat16
     * @return the mixed rows [batch · T, heads · D], then what the backward pass needs
     */
    public static NDArray[] attention(
            Kernels kernels,
            NDArray queries,
            NDArray keys,
            NDArray values,
            NDArray prefixKeys,
            NDArray prefixValues,
            long batch,
            long heads,
            long keyValueHeads,
            long window,
            boolean lowPrecision) {
        return kernels.callMany(
                "fused_attention",
                queries,
                keys,
                values,
                prefixKeys,
                prefixValues,
                batch,
                heads,
                keyValueHeads,
                window,
                lowPrecision);
    }

    /**
     * Gradients of the rows of queries, keys and values; those of the prefix's keys and values are added to the given tensors.
     *
     * @param dOut gradient of the mixed rows, [batch · T, heads · D]
     * @param saved what {@link #attention} returned
     * @param fresh tokens of a sequence, T, without the prefix
     * @param window as given to {@link #attention}
     * @param dPrefixKeys [1, kv heads, P, D], or empty where it is not wanted; {@code dPrefixValues} likewise
     * @return gradients of queries [batch · T, heads · D], keys and values [batch · T, kv heads · D]
     */
    public static NDArray[] attentionBackward(
            Kernels kernels,
            NDArray dOut,
            NDArray[] saved,
            long fresh,
            long keyValueHeads,
            long window,
            NDArray dPrefixKeys,
            NDArray dPrefixValues) {
        return kernels.callMany("fused_attention_backward", dOut, saved, fresh, keyValueHeads, window, new NDArray[] {
            dPrefixKeys, dPrefixValues
        });
    }

    /** Adds Σ over rows of a − b, both [rows, n], to a tensor of n elements. */
    public static void addDifference(Kernels kernels, NDArray target, NDArray a, NDArray b) {
        kernels.call("fused_add_difference", target, a, b);
    }
}
