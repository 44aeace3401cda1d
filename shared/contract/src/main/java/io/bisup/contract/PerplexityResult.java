package io.bisup.contract;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A perplexity with everything it depends on: a number carries its protocol.
 *
 * @param dataset the data set's name
 * @param datasetSha256 digest of its bytes
 * @param format how its bytes were read; null in results of releases that did not say so
 * @param protocol how text became windows
 * @param window tokens per window
 * @param tokens tokens of the whole text
 * @param windows windows scored
 * @param bos what was put in front: "tokenizer" (its default), "prefix" (the artifact's prefix holds it) or "none"
 * @param prefixSha256 digest of the prefix's token ids, or "none"
 * @param dtype in which the model computed
 * @param codeVersion of the evaluator
 * @param perplexity exp of the mean of the windows' mean negative log-likelihoods
 * @param seconds wall time
 * @param windowLosses mean negative log-likelihood of each window, in nats a token: what a comparison needs; null in results of
 *     releases that did not keep them, and where only the perplexity is told
 */
public record PerplexityResult(
        String dataset,
        String datasetSha256,
        @Nullable DatasetFormat format,
        PerplexitySpec.Protocol protocol,
        int window,
        long tokens,
        int windows,
        String bos,
        String prefixSha256,
        String dtype,
        String codeVersion,
        double perplexity,
        double seconds,
        @Nullable List<Double> windowLosses) {
    public PerplexityResult {
        windowLosses = windowLosses == null ? null : List.copyOf(windowLosses);
    }

    /** The same without the windows' losses. */
    public PerplexityResult summary() {
        return new PerplexityResult(
                dataset,
                datasetSha256,
                format,
                protocol,
                window,
                tokens,
                windows,
                bos,
                prefixSha256,
                dtype,
                codeVersion,
                perplexity,
                seconds,
                null);
    }

    /** The perplexity with its standard error over windows, in first order; NaN where their losses are not known. */
    public Estimate estimate() {
        double stderr = windowLosses == null
                ? Double.NaN
                : Estimate.mean(windowLosses.stream().mapToDouble(loss -> loss)).stderr();
        return new Estimate(perplexity, perplexity * stderr);
    }

    /**
     * ln of this perplexity over another's of the same windows, with the standard error of the pairs of windows.
     *
     * @return the standard error is NaN where the windows' losses are not known, or are not as many
     */
    public Estimate lnRatio(PerplexityResult reference) {
        List<Double> mine = windowLosses;
        List<Double> others = reference.windowLosses;
        double stderr = mine == null || others == null || mine.size() != others.size()
                ? Double.NaN
                : Estimate.meanDifference(mine, others).stderr();
        return new Estimate(Math.log(perplexity / reference.perplexity), stderr);
    }
}
