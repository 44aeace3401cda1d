package io.bisup.bench.methods;

import java.util.DoubleSummaryStatistics;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * A figure over the seeds it was measured with.
 *
 * @param mean over the seeds
 * @param halfRange half the distance between the largest and the smallest; 0 for one seed
 * @param seeds how many
 */
public record Spread(double mean, double halfRange, long seeds) {

    /** Of one value a seed. */
    public static Spread of(DoubleStream values) {
        DoubleSummaryStatistics all = values.summaryStatistics();
        return new Spread(all.getAverage(), (all.getMax() - all.getMin()) / 2, all.getCount());
    }

    /** With its spread where there is more than one seed. */
    public String text(int decimals) {
        String number = "%." + decimals + "f";
        return seeds > 1
                ? String.format(Locale.ROOT, number + " ± " + number, mean, halfRange)
                : String.format(Locale.ROOT, number, mean);
    }
}
