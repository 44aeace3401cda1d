package io.bisup.measure;

import io.bisup.contract.Estimate;
import java.util.Arrays;

/** Values in ascending order, and their quantiles as llama.cpp interpolates them. */
final class Distribution {

    private final double[] sorted;

    Distribution(double[] values) {
        this.sorted = values.clone();
        Arrays.sort(sorted);
    }

    double max() {
        return sorted[sorted.length - 1];
    }

    /**
     * The quantile of a fraction, linear between the two values beside it. Its standard error is half the distance between the
     * quantiles one binomial deviation below and above.
     */
    Estimate quantile(double fraction) {
        double deviation = Math.sqrt(fraction * (1 - fraction) / sorted.length);
        return new Estimate(at(fraction), (at(fraction + deviation) - at(fraction - deviation)) / 2);
    }

    private double at(double fraction) {
        double place = Math.clamp(fraction, 0.0, 1.0) * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        double part = place - below;
        return (1 - part) * sorted[below] + part * sorted[above];
    }
}
