package io.bisup.api.job;

import io.bisup.contract.Measurement;
import io.bisup.contract.PerplexityResult;
import java.util.List;

/**
 * One perplexity beside the FP model's under the same protocol.
 *
 * @param quantized the artifact's
 * @param baseline the FP model's
 * @param ratio quantized over baseline; 1 is loss-free
 */
public record Result(PerplexityResult quantized, PerplexityResult baseline, double ratio) {

    static List<Result> of(List<Measurement> measurements) {
        return measurements.stream()
                .map(m -> new Result(m.quantized(), m.baseline(), m.ratio()))
                .toList();
    }
}
