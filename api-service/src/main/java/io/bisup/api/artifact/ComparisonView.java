package io.bisup.api.artifact;

import io.bisup.contract.Estimate;
import io.bisup.contract.PerplexityResult;
import io.bisup.contract.PerplexitySpec;
import io.bisup.data.task.PairedScores;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Any number of subjects beside one.
 *
 * @param reference what the others are compared with
 * @param tasks that the reference was scored on
 * @param perplexities that were measured of the reference
 * @param left tasks and perplexities that stand on one side only, and why
 */
public record ComparisonView(Subject reference, List<ByTask> tasks, List<ByPerplexity> perplexities, List<Left> left) {

    /**
     * Who was measured.
     *
     * @param id of an evaluation, or of a quantization job
     * @param baseline its FP model instead of itself
     */
    public record Subject(String id, boolean baseline) {}

    /** Scores on the same documents of one task; the reference is the first subject. */
    public record ByTask(String task, String dataset, int shots, int documents, List<TaskSubject> subjects) {}

    /**
     * One subject of a task.
     *
     * @param metrics by the harness's names
     * @param differences from the reference, document by document
     */
    public record TaskSubject(Subject subject, Map<String, Estimate> metrics, Map<String, Difference> differences) {
        static TaskSubject of(Subject subject, PairedScores scores) {
            Map<String, Difference> differences = new LinkedHashMap<>();
            scores.differences().forEach((metric, found) -> differences.put(metric, Difference.of(found)));
            return new TaskSubject(subject, scores.metrics(), differences);
        }
    }

    /**
     * A paired difference.
     *
     * @param significant whether it exceeds two of its standard errors; what is less is no gain and no loss
     */
    public record Difference(double value, double stderr, boolean significant) {
        static Difference of(Estimate found) {
            return new Difference(found.value(), found.stderr(), found.significant());
        }
    }

    /** Perplexities of the same text under the same protocol; the reference is the first subject. */
    public record ByPerplexity(
            String dataset, PerplexitySpec.Protocol protocol, int window, List<PerplexitySubject> subjects) {}

    /**
     * One subject of a text.
     *
     * @param ratio its perplexity over the reference's
     * @param difference ln of the ratio, in nats a token, window by window
     */
    public record PerplexitySubject(Subject subject, double perplexity, double ratio, Difference difference) {
        static PerplexitySubject of(Subject subject, PerplexityResult text, PerplexityResult reference) {
            return new PerplexitySubject(
                    subject,
                    text.perplexity(),
                    text.perplexity() / reference.perplexity(),
                    Difference.of(text.lnRatio(reference)));
        }
    }

    /** A score that was not compared. */
    public record Left(Subject subject, String score, String reason) {}
}
