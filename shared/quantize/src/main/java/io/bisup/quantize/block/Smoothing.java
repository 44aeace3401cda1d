package io.bisup.quantize.block;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.fold.SiteMap;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.transform.Diagonal;
import io.bisup.quantize.kernel.LearningKernels;
import java.util.List;

/**
 * Θ2 of one site: factors s that are learnt.
 *
 * @param form how s depends on θ
 * @param parameter what is learnt, θ, of the shape that {@link Form} says: that of s, or [1]; 0 at the start
 */
public record Smoothing(Site site, Form form, NDArray parameter) {

    /**
     * How s depends on θ (methods §2.3). Tensors are [in] at the norms' sites and down; [kv heads · head dim] at o, whose query
     * heads share it; [kv heads or 1, head dim / 2] at queries and keys, equal within a rotary pair.
     */
    public sealed interface Form {

        /**
         * s = s0 · e^(l · tanh θ), θ as wide as s: it stays within [s0 / e^l, s0 · e^l] and never changes sign (reading A).
         *
         * @param start s0, of the same shape as s
         * @param logBound l, of the same shape as s; 0 where s stays at its start
         */
        record Bounded(NDArray start, NDArray logBound) implements Form {}

        /**
         * s = max|X|^α / max|W|^(1−α) with α = σ(θ0 + θ), θ one number [1] (reading C).
         *
         * @param input max|X|, of the same shape as s
         * @param weight max|W|, of the same shape as s
         * @param logit θ0
         */
        record Exponent(NDArray input, NDArray weight, double logit) implements Form {}

        /** The two tensors beside θ, of the same shape as s: s0 and l, or max|X| and max|W|. */
        default List<NDArray> constants() {
            return switch (this) {
                case Bounded bounded -> List.of(bounded.start(), bounded.logBound());
                case Exponent exponent -> List.of(exponent.input(), exponent.weight());
            };
        }
    }

    /** s at the present θ; differentiable in it when the kernels record. */
    NDArray factors(KernelCalls kernels) {
        return switch (form) {
            case Form.Bounded bounded ->
                LearningKernels.smooth(kernels, parameter, bounded.start(), bounded.logBound());
            case Form.Exponent exponent ->
                LearningKernels.smoothExponent(
                        kernels, parameter, exponent.input(), exponent.weight(), exponent.logit());
        };
    }

    /** The map at the present θ. */
    SiteMap map(KernelCalls kernels, DecoderConfig config) {
        NDArray s = factors(kernels);
        return switch (site) {
            case QKV, GATE_UP, DOWN -> new SiteMap(site, new Diagonal(s), new Diagonal(s));
            case O ->
                new SiteMap(
                        site,
                        new Diagonal(LearningKernels.repeatHeads(
                                kernels, s, config.attentionHeads(), config.keyValueHeads())),
                        new Diagonal(s));
            case QUERY_KEY -> {
                NDArray[] pair = LearningKernels.pairFactors(
                        kernels,
                        s,
                        config.queryKeyNorm() ? 1 : config.attentionHeads(),
                        config.queryKeyNorm() ? 1 : config.keyValueHeads());
                yield new SiteMap(site, new Diagonal(pair[0]), new Diagonal(pair[1]));
            }
        };
    }
}
