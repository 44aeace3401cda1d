package io.bisup.contract;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the result must reach, or the job ends FAILED(QUALITY_GATE_MISSED) with its artifact kept. A figure that is not a
 * number misses every tolerance.
 *
 * @param maxPerplexityRatio upper bound of quantized over FP perplexity, for every perplexity measured; or null
 * @param maxMeanKl upper bound of the mean divergence from the FP model in nats, for every one measured; or null
 * @param maxAccuracyDrop upper bound of the FP model's accuracy minus the artifact's in points of 100, for each task's headline
 *     metric; or null
 * @param maxAccuracyDropErrors the same in standard errors of the paired difference; or null
 */
public record QualityGate(
        @Nullable Double maxPerplexityRatio,
        @Nullable Double maxMeanKl,
        @Nullable Double maxAccuracyDrop,
        @Nullable Double maxAccuracyDropErrors) {

    public QualityGate {
        Check.require(
                Stream.of(maxPerplexityRatio, maxMeanKl, maxAccuracyDrop, maxAccuracyDropErrors)
                        .anyMatch(Objects::nonNull),
                "maxPerplexityRatio",
                "is missing, as is every other tolerance",
                "set at least one, or leave the gate out");
        range(maxPerplexityRatio, 1.0, "maxPerplexityRatio");
        range(maxMeanKl, 0.0, "maxMeanKl");
        range(maxAccuracyDrop, 0.0, "maxAccuracyDrop");
        range(maxAccuracyDropErrors, 0.0, "maxAccuracyDropErrors");
    }

    /** A gate for perplexities alone. */
    public QualityGate(double maxPerplexityRatio) {
        this(maxPerplexityRatio, null, null, null);
    }

    private static void range(@Nullable Double value, double low, String field) {
        Check.range(value == null ? low : value, low, 1e6, field);
    }

    /** What the first missed tolerance was, in one sentence with both figures; empty if all were kept. */
    public Optional<String> missed(List<? extends Score> scores) {
        return scores.stream().flatMap(score -> missed(score).stream()).findFirst();
    }

    /** The tolerances that no evaluation of these can be judged by; a job that sets one could never pass it. */
    public List<String> withoutEvaluation(List<EvaluationSpec> evaluations) {
        return Stream.of(
                        unused(maxPerplexityRatio, "maxPerplexityRatio", evaluations, PerplexitySpec.class),
                        unused(maxMeanKl, "maxMeanKl", evaluations, DivergenceSpec.class),
                        unused(maxAccuracyDrop, "maxAccuracyDrop", evaluations, TaskSpec.class),
                        unused(maxAccuracyDropErrors, "maxAccuracyDropErrors", evaluations, TaskSpec.class))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<String> unused(
            @Nullable Double tolerance,
            String field,
            List<EvaluationSpec> evaluations,
            Class<? extends EvaluationSpec> kind) {
        return tolerance == null || evaluations.stream().anyMatch(kind::isInstance)
                ? Optional.empty()
                : Optional.of(field);
    }

    private Optional<String> missed(Score score) {
        return switch (score) {
            case Measurement perplexity -> missed(perplexity);
            case DivergenceScore divergence -> missed(divergence.divergence());
            case TaskScore task -> missed(task);
            case PropagationScore told -> Optional.empty();
        };
    }

    private Optional<String> missed(Measurement m) {
        return exceeds(m.ratio(), maxPerplexityRatio)
                ? Optional.of(String.format(
                        Locale.ROOT,
                        "perplexity on %s (%s, window %d) is %.4f, the FP model's %.4f: ratio %.4f, allowed %.4f",
                        m.quantized().dataset(),
                        m.quantized().protocol().id(),
                        m.quantized().window(),
                        m.quantized().perplexity(),
                        m.baseline().perplexity(),
                        m.ratio(),
                        maxPerplexityRatio))
                : Optional.empty();
    }

    private Optional<String> missed(DivergenceResult result) {
        return exceeds(result.kl().value(), maxMeanKl)
                ? Optional.of(String.format(
                        Locale.ROOT,
                        "mean divergence on %s (%s, window %d) is %.6f ± %.6f, allowed %.6f",
                        result.dataset(),
                        result.protocol().id(),
                        result.window(),
                        result.kl().value(),
                        result.kl().stderr(),
                        maxMeanKl))
                : Optional.empty();
    }

    private Optional<String> missed(TaskScore task) {
        String metric = task.quantized().metrics().containsKey("acc_norm") ? "acc_norm" : "acc";
        Estimate difference = task.difference().get(metric);
        if (difference == null) {
            return Optional.empty();
        }
        double points = -100 * difference.value();
        if (exceeds(points, maxAccuracyDrop)) {
            return Optional.of(String.format(
                    Locale.ROOT,
                    "%s of %s drops by %.2f ± %.2f points over %d documents, allowed %.2f",
                    metric,
                    task.quantized().task(),
                    points,
                    100 * difference.stderr(),
                    task.quantized().documents(),
                    maxAccuracyDrop));
        }
        double errors = difference.value() == 0 ? 0 : -difference.value() / difference.stderr();
        return exceeds(errors, maxAccuracyDropErrors)
                ? Optional.of(String.format(
                        Locale.ROOT,
                        "%s of %s drops by %.2f standard errors of the paired difference over %d documents, allowed %.2f",
                        metric,
                        task.quantized().task(),
                        errors,
                        task.quantized().documents(),
                        maxAccuracyDropErrors))
                : Optional.empty();
    }

    /** Whether a value is over its limit; one that is not a number is. */
    private static boolean exceeds(double value, @Nullable Double limit) {
        return limit != null && !(value <= limit);
    }
}
