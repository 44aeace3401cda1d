package io.bisup.contract;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How far a quantized model's next-token distributions are from the FP model's, by llama.cpp's definitions, with everything
 * that depends on.
 *
 * @param dataset the data set's name
 * @param datasetSha256 digest of its bytes
 * @param format how its bytes were read
 * @param protocol how text became windows
 * @param window tokens per window
 * @param firstPosition first position of each window that counts
 * @param windows windows scored
 * @param predictions positions that count, of all windows
 * @param bos what was put in front, as for a perplexity
 * @param prefixSha256 digest of the prefix's token ids, or "none"
 * @param dtype in which the quantized model computed; distributions are float32, sums float64
 * @param codeVersion of the evaluator
 * @param perplexity the quantized model's, over all positions that count
 * @param baselinePerplexity the FP model's
 * @param lnPerplexityRatio mean of ln p_FP(token) - ln p(token)
 * @param kl mean of KL(FP || quantized), in nats
 * @param klMax the largest
 * @param klQuantiles by "1", "5", "10", "50" (the median), "90", "95", "99" and "99.9" per cent
 * @param deltaP mean of p(token) - p_FP(token)
 * @param rmsDeltaP root of the mean square of that
 * @param sameTop share of positions where both models' most probable token is the same
 * @param seconds wall time
 */
public record DivergenceResult(
        String dataset,
        String datasetSha256,
        @Nullable DatasetFormat format,
        PerplexitySpec.Protocol protocol,
        int window,
        int firstPosition,
        int windows,
        long predictions,
        String bos,
        String prefixSha256,
        String dtype,
        String codeVersion,
        double perplexity,
        double baselinePerplexity,
        Estimate lnPerplexityRatio,
        Estimate kl,
        double klMax,
        Map<String, Estimate> klQuantiles,
        Estimate deltaP,
        Estimate rmsDeltaP,
        Estimate sameTop,
        double seconds) {
    public DivergenceResult {
        klQuantiles = Map.copyOf(klQuantiles);
    }
}
