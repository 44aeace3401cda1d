package io.bisup.contract;

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
        double seconds) {

    /** A result that does not say how its bytes were read. */
    public PerplexityResult(
            String dataset,
            String datasetSha256,
            PerplexitySpec.Protocol protocol,
            int window,
            long tokens,
            int windows,
            String bos,
            String prefixSha256,
            String dtype,
            String codeVersion,
            double perplexity,
            double seconds) {
        this(
                dataset,
                datasetSha256,
                null,
                protocol,
                window,
                tokens,
                windows,
                bos,
                prefixSha256,
                dtype,
                codeVersion,
                perplexity,
                seconds);
    }
}
