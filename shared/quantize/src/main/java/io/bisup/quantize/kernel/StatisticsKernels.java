package io.bisup.quantize.kernel;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.recipe.Format;
import io.bisup.llm.tensor.KernelCalls;

/**
 * What calibration reads of activations and weights ({@code statistics.py}). Results belong to the open scope. What torch
 * cannot compute, such as shapes that do not fit each other, throws a {@link io.bisup.llm.tensor.KernelException}.
 */
public final class StatisticsKernels {

    private StatisticsKernels() {}

    /** The larger of a running maximum [C] and the magnitudes of x [..., C]: [C]. */
    public static NDArray absMax(KernelCalls kernels, NDArray running, NDArray x) {
        return kernels.call("statistics_absmax", running, x);
    }

    /** Adds Σ x² over the tokens of x [..., C] to a running sum [C], in place. */
    public static void addSquares(KernelCalls kernels, NDArray running, NDArray x) {
        kernels.call("statistics_add_squares", running, x);
    }

    /** The diagonal [C] of a matrix [C, C]. */
    public static NDArray diagonal(KernelCalls kernels, NDArray x) {
        return kernels.call("statistics_diagonal", x);
    }

    /** The transpose [n, m] of a matrix [m, n], in row-major order. */
    public static NDArray transpose(KernelCalls kernels, NDArray x) {
        return kernels.call("statistics_transpose", x);
    }

    /**
     * Attention that each of the last T tokens receives, mean over heads and summed over the queries: [T].
     *
     * @param queries [1, H, T, D]
     * @param keys [1, G, S, D], those of a prefix first
     */
    public static NDArray receivedAttention(KernelCalls kernels, NDArray queries, NDArray keys) {
        return kernels.call("statistics_received_attention", queries, keys);
    }

    /** Adds Σ x over batch and tokens of keys [B, heads, T, D] to a running sum [1, heads, 1, D], in place. */
    public static void addKeys(KernelCalls kernels, NDArray running, NDArray x) {
        kernels.call("statistics_add_keys", running, x);
    }

    /** Largest magnitude of each token of x [1, T, C]: [T]. */
    public static NDArray tokenAbsMax(KernelCalls kernels, NDArray x) {
        return kernels.call("statistics_token_absmax", x);
    }

    /** Largest magnitude of each input channel over several weights [out, C]: [C]. */
    public static NDArray columnAbsMax(KernelCalls kernels, NDArray... weights) {
        return kernels.call("statistics_column_absmax", (Object) weights);
    }

    /** The largest over the query heads that share a key-value head: [heads · head dim] to [kv heads · head dim]. */
    public static NDArray sharedAbsMax(KernelCalls kernels, NDArray x, int heads, int keyValueHeads) {
        return kernels.call("statistics_shared_absmax", x, heads, keyValueHeads);
    }

    /**
     * SmoothQuant's factors (arXiv 2211.10438, eq. 4): max|X|^α / max|W|^(1−α), elementwise. Magnitudes and factors count
     * as at least 1e-5.
     *
     * @param input max|X| of each channel, [C]
     * @param weight max|W| of each channel, [C]
     * @return [C]
     */
    public static NDArray smoothQuant(KernelCalls kernels, NDArray input, NDArray weight, double alpha) {
        return kernels.call("statistics_smooth_start", input, weight, alpha);
    }

    /** Outputs x Wᵀ of linears [out, in] that read one input x [1, T, in], side by side: [1, T, outputs of all]. */
    public static NDArray outputs(KernelCalls kernels, NDArray x, NDArray[] weights) {
        return kernels.call("statistics_outputs", x, weights);
    }

    /**
     * Squared output errors ‖y − x̂ Ŵᵀ‖² of linears that read one input.
     *
     * @param outputs y, as {@link #outputs} gives them
     * @param quantized x̂, [1, T, in]
     * @param rounded Ŵ of each, [out, in]
     * @return the sum over all outputs and tokens
     */
    public static double outputError(KernelCalls kernels, NDArray outputs, NDArray quantized, NDArray[] rounded) {
        try (NDArray error = kernels.call("statistics_output_error", outputs, quantized, rounded)) {
            return error.toDoubleArray()[0];
        }
    }

    /**
     * Linears that read one input, reduced to as many outputs as there are inputs: with Ŵ = Q R over all their outputs,
     * {Qᵀ W, R}, [in, in] each. Their squared output errors differ from those of W and Ŵ by a number that x̂ does not change.
     *
     * @param weights W of each, [out, in]; together at least as many outputs as inputs
     * @param rounded Ŵ of each
     */
    public static NDArray[] reducedOutputs(KernelCalls kernels, NDArray[] weights, NDArray[] rounded) {
        return kernels.callMany("statistics_reduced_outputs", weights, rounded);
    }

    /** Squared errors of each head of x [B, heads, T, D] under each clip factor: [factors, heads]. */
    public static NDArray cacheErrors(KernelCalls kernels, NDArray x, double[] factors, Format format) {
        return kernels.call("statistics_cache_errors", x, factors, format.bits(), format.symmetric());
    }

    /** The factor with the least sum, over samples, of errors [factors, heads] of each head: [heads, 1, 1]. */
    public static NDArray bestFactors(KernelCalls kernels, NDArray[] errors, double[] factors) {
        return kernels.call("statistics_best_factors", errors, factors);
    }
}
