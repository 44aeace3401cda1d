package io.bisup.contract;

/**
 * What the result must reach, or the job ends FAILED(QUALITY_GATE_MISSED) with its artifact kept.
 *
 * @param maxPerplexityRatio upper bound of quantized over FP perplexity, for every perplexity measured
 */
public record QualityGate(double maxPerplexityRatio) {

    public QualityGate {
        Check.range(maxPerplexityRatio, 1.0, 1e6, "maxPerplexityRatio");
    }
}
