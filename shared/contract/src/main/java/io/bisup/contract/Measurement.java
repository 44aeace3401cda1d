package io.bisup.contract;

/**
 * One perplexity of the quantized model beside that of the FP model under the same protocol.
 *
 * @param quantized the artifact's
 * @param baseline the FP model's, measured with the same prefix
 */
public record Measurement(PerplexityResult quantized, PerplexityResult baseline) implements Score {

    /** Quantized over FP perplexity; 1 is loss-free. */
    public double ratio() {
        return quantized.perplexity() / baseline.perplexity();
    }

    /** ln of {@link #ratio}, in nats a token, with the standard error of the pairs of windows. */
    public Estimate lnPerplexityRatio() {
        return quantized.lnRatio(baseline);
    }
}
