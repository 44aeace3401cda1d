package io.bisup.contract;

import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * A figure with its uncertainty.
 *
 * @param value the estimate
 * @param stderr its standard error; NaN where there are too few values for one
 */
public record Estimate(double value, double stderr) {

    /** Mean and standard error of values, in two passes; the error of fewer than two values is NaN. */
    public static Estimate mean(DoubleStream values) {
        double[] all = values.toArray();
        double mean = DoubleStream.of(all).sum() / all.length;
        double squares = DoubleStream.of(all).map(v -> (v - mean) * (v - mean)).sum();
        double stderr = all.length < 2 ? Double.NaN : Math.sqrt(squares / (all.length - 1) / all.length);
        return new Estimate(mean, stderr);
    }

    /**
     * Mean and standard error of the pairs' differences.
     *
     * @throws IllegalArgumentException if there are not as many of the others
     */
    public static Estimate meanDifference(List<Double> values, List<Double> others) {
        if (values.size() != others.size()) {
            throw new IllegalArgumentException(values.size() + " values against " + others.size());
        }
        return mean(IntStream.range(0, values.size()).mapToDouble(i -> values.get(i) - others.get(i)));
    }

    /** Whether a difference exceeds twice its standard error: what is less is no gain and no loss. */
    public boolean significant() {
        return Math.abs(value) > 2 * stderr;
    }
}
