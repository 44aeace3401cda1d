package io.bisup.quantize.kernel;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.kernel.LossWeights;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.transform.ChannelMap;

/**
 * BiSup's parameter spaces and loss ({@code learn.py}); differentiable when the kernels record. Results belong to the
 * open scope. What torch cannot compute, such as shapes that do not fit each other, throws a
 * {@link io.bisup.llm.tensor.KernelException}.
 */
public final class LearningKernels {

    private LearningKernels() {}

    /**
     * s = s0 · e^(logBound · tanh θ), elementwise (methods §2.3, Θ2, reading A); θ, s0, logBound and s have the same
     * shape.
     */
    public static NDArray smooth(KernelCalls kernels, NDArray parameter, NDArray start, NDArray logBound) {
        return kernels.call("learn_smooth", parameter, start, logBound);
    }

    /**
     * s = input^α / weight^(1−α) with α = σ(logit + θ), elementwise (methods §2.3, Θ2, reading C). Magnitudes and s count
     * as at least 1e-5.
     *
     * @param parameter θ, [1]
     * @param input max|X| of each channel, [factors]
     * @param weight max|W| of each channel, [factors]
     * @return s, [factors]
     */
    public static NDArray smoothExponent(
            KernelCalls kernels, NDArray parameter, NDArray input, NDArray weight, double logit) {
        return kernels.call("learn_smooth_exponent", parameter, input, weight, logit);
    }

    /** Clip factors σ(logit), elementwise (methods §2.3, Θ1); any shape. */
    public static NDArray clipFactor(KernelCalls kernels, NDArray logit) {
        return kernels.call("quant_sigmoid", logit);
    }

    /**
     * Logits of clip factors, elementwise and at most {@code most}; any shape. Factors are held within [1e-6, 1 − 1e-6]
     * first.
     */
    public static NDArray clipLogit(KernelCalls kernels, NDArray factor, double most) {
        return kernels.call("learn_logit", factor, most);
    }

    /** [kv heads · head dim] repeated over the query heads that share a key-value head: [heads · head dim]. */
    public static NDArray repeatHeads(KernelCalls kernels, NDArray x, int heads, int keyValueHeads) {
        return kernels.call("learn_repeat_heads", x, heads, keyValueHeads);
    }

    /**
     * Divisors of queries and keys from factors of rotary pairs [kv heads, head dim / 2].
     *
     * @return 1/s of queries, [heads · head dim]; s of keys, [kv heads · head dim]
     */
    public static NDArray[] pairFactors(KernelCalls kernels, NDArray s, int heads, int keyValueHeads) {
        return kernels.callMany("learn_pair_factors", s, heads, keyValueHeads);
    }

    /** W [out, in] with each column multiplied by a factor, factors [in]: [out, in]. */
    public static NDArray scaleColumns(KernelCalls kernels, NDArray weight, NDArray factors) {
        return kernels.call("learn_scale_columns", weight, factors);
    }

    /** [kv heads · head dim] as [1, kv heads, 1, head dim]. */
    public static NDArray perHead(KernelCalls kernels, NDArray x, int keyValueHeads) {
        return kernels.call("learn_per_head", x, keyValueHeads);
    }

    /**
     * Keys or values [1, kv heads, P, head dim] through a map of [kv heads · head dim] channels, or of those of every
     * head; same shape.
     */
    public static NDArray mapHeads(KernelCalls kernels, NDArray x, ChannelMap map) {
        if (map.width() == x.getShape().get(3)) {
            return map.apply(kernels, x);
        }
        long heads = x.getShape().get(1);
        return kernels.call("split_heads", map.apply(kernels, kernels.call("join_heads", x)), heads);
    }

    /**
     * mean(w c (y − t)²) / mean(t²) (BiSup, loss of a block, made free of scale), w by token and c by channel; a scalar.
     *
     * @param output y, [1, T, hidden]
     * @param target t, of the same shape
     * @param targetMeanSquare mean(t²), over all samples
     */
    public static NDArray loss(
            KernelCalls kernels, NDArray output, NDArray target, LossWeights weights, double targetMeanSquare) {
        return kernels.call("learn_loss", output, target, weights.tokens(), weights.channels(), targetMeanSquare);
    }
}
