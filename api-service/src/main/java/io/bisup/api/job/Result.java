package io.bisup.api.job;

import io.bisup.contract.Estimate;
import io.bisup.contract.Measurement;
import io.bisup.contract.PerplexityResult;
import java.util.List;

/**
 * One perplexity beside the FP model's under the same protocol.
 *
 * @param quantized the artifact's
 * @param baseline the FP model's
 * @param ratio quantized over baseline; 1 is loss-free
 * @param lnPerplexityRatio ln of the ratio, in nats a token, with the standard error of the pairs of windows
 */
public record Result(PerplexityResult quantized, PerplexityResult baseline, double ratio, Estimate lnPerplexityRatio) {

    static List<Result> of(List<Measurement> measurements) {
        return measurements.stream()
                .map(m -> new Result(m.quantized().summary(), m.baseline().summary(), m.ratio(), m.lnPerplexityRatio()))
                .toList();
    }
}
