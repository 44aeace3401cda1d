package io.bisup.data.task;

import io.bisup.contract.Estimate;
import io.bisup.contract.TaskSample;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model's scores on documents, and how they differ from another's on the same ones.
 *
 * @param documents how many
 * @param metrics each of the task's metrics by the harness's name
 * @param differences from the other model, with the standard error of the pairs; that of a perplexity is of the log-likelihood
 */
public record PairedScores(int documents, Map<String, Estimate> metrics, Map<String, Estimate> differences) {

    /**
     * Compares two models.
     *
     * @param reference samples of the model that {@code samples} are compared with
     * @throws IllegalArgumentException if the documents are not the same or are of another task, with what differs
     */
    public static PairedScores of(Task task, List<TaskSample> samples, List<TaskSample> reference) {
        Map<String, Estimate> metrics = new LinkedHashMap<>();
        Map<String, Estimate> differences = new LinkedHashMap<>();
        for (Metric metric : task.metrics()) {
            requireScored(task, metric, samples);
            requireScored(task, metric, reference);
            metrics.put(metric.id(), Scores.of(samples, metric));
            differences.put(metric.id(), Scores.difference(samples, reference, metric));
        }
        return new PairedScores(samples.size(), metrics, differences);
    }

    private static void requireScored(Task task, Metric metric, List<TaskSample> samples) {
        if (metric != Metric.ACC_NORM) {
            return;
        }
        for (TaskSample sample : samples) {
            if (sample.accNorm() == null) {
                throw new IllegalArgumentException(
                        "document " + sample.docId() + " has no acc_norm: it is of another task than " + task.id());
            }
        }
    }
}
