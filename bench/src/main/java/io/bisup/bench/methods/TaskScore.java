package io.bisup.bench.methods;

import io.bisup.contract.Estimate;
import io.bisup.contract.TaskSample;
import io.bisup.data.task.Metric;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a row scores on one task, document by document.
 *
 * @param task what was asked
 * @param metric the harness's name of the metric that papers report
 * @param prefix digest of the token ids that both models stand behind, or "none"
 * @param right 1 for each document that the quantized model answers right, else 0
 * @param exact the same of the FP model
 */
public record TaskScore(TaskId task, String metric, String prefix, String right, String exact) {

    private static final char RIGHT = '1';

    /** Samples as a row keeps them. */
    static String answers(List<TaskSample> samples, Metric metric) {
        return samples.stream().map(sample -> answer(sample, metric)).collect(Collectors.joining());
    }

    private static String answer(TaskSample sample, Metric metric) {
        double value = metric == Metric.ACC_NORM
                ? Objects.requireNonNull(sample.accNorm(), "the task has no acc_norm")
                : sample.acc();
        return value > 0 ? "1" : "0";
    }

    /** Accuracy of the quantized model. */
    Estimate accuracy() {
        return Estimate.mean(right.chars().mapToDouble(TaskScore::value));
    }

    /** Accuracy of the FP model. */
    Estimate exactAccuracy() {
        return Estimate.mean(exact.chars().mapToDouble(TaskScore::value));
    }

    /** What the quantized model gains, with the standard error of the pairs. */
    Estimate difference() {
        return Estimate.mean(
                IntStream.range(0, right.length()).mapToDouble(i -> value(right.charAt(i)) - value(exact.charAt(i))));
    }

    private static double value(int answer) {
        return answer == RIGHT ? 1 : 0;
    }

    /** Whether this holds the FP model's answers to these documents behind that prefix. */
    boolean answers(TaskId asked, String behind) {
        return task.equals(asked) && prefix.equals(behind);
    }
}
