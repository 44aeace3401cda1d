package io.bisup.contract;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A zero-shot score of the subject, beside that of the FP model on the same documents where the subject is quantized.
 *
 * @param quantized the subject's
 * @param baseline the FP model's, behind the same prefix; null where the subject is that model
 * @param difference subject minus baseline of each metric, document by document, with the standard error of the pairs; of the
 *     perplexity, the difference of the log-likelihoods; empty without a baseline
 * @param samples where the subject's documents lie
 * @param baselineSamples where the baseline's lie
 */
public record TaskScore(
        TaskResult quantized,
        @Nullable TaskResult baseline,
        Map<String, Estimate> difference,
        ObjectEntry samples,
        @Nullable ObjectEntry baselineSamples)
        implements Score {
    public TaskScore {
        difference = Map.copyOf(difference);
    }
}
