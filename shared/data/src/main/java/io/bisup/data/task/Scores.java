package io.bisup.data.task;

import io.bisup.contract.Estimate;
import io.bisup.contract.TaskSample;
import java.util.List;
import java.util.Objects;
import java.util.stream.DoubleStream;

/** Means, standard errors and paired differences over documents. */
public final class Scores {

    private Scores() {}

    /**
     * A metric over a task's samples. The standard error of an accuracy is the sample's deviation over the root of the number of
     * documents; that of the perplexity is the mean's times the perplexity (first order; the harness resamples instead).
     */
    public static Estimate of(List<TaskSample> samples, Metric metric) {
        Estimate mean = Estimate.mean(samples.stream().mapToDouble(sample -> value(sample, metric)));
        if (metric != Metric.PERPLEXITY) {
            return mean;
        }
        double perplexity = Math.exp(-mean.value());
        return new Estimate(perplexity, perplexity * mean.stderr());
    }

    /**
     * The mean difference of a metric between two models on the same documents, with the standard error of the pairs; for the
     * perplexity, of the log-likelihood.
     *
     * @throws IllegalArgumentException if the documents are not the same
     */
    public static Estimate difference(List<TaskSample> quantized, List<TaskSample> baseline, Metric metric) {
        if (quantized.size() != baseline.size()) {
            throw new IllegalArgumentException(quantized.size() + " documents against " + baseline.size());
        }
        double[] differences = new double[quantized.size()];
        for (int i = 0; i < differences.length; i++) {
            TaskSample one = quantized.get(i);
            TaskSample other = baseline.get(i);
            if (!one.req().equals(other.req())) {
                throw new IllegalArgumentException("document " + one.docId() + " asks different requests");
            }
            differences[i] = value(one, metric) - value(other, metric);
        }
        return Estimate.mean(DoubleStream.of(differences));
    }

    private static double value(TaskSample sample, Metric metric) {
        return switch (metric) {
            case ACC, GREEDY -> sample.acc();
            case ACC_NORM -> Objects.requireNonNull(sample.accNorm(), "the task has no acc_norm");
            case PERPLEXITY -> sample.ll().getFirst();
        };
    }
}
