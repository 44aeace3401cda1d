package io.bisup.bench;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** Times of repeated runs of one thing, on the wall clock and as processor time. */
final class Tape {
    private static final double NANOS_PER_MILLI = 1e6;

    private final List<Double> wall = new ArrayList<>();
    private final List<Double> processor = new ArrayList<>();

    /** Runs it once and notes what it took. */
    void time(Runnable work) {
        double processorBefore = processorMillis();
        long before = System.nanoTime();
        work.run();
        double elapsed = (System.nanoTime() - before) / NANOS_PER_MILLI;
        add(elapsed, processorMillis() - processorBefore);
    }

    void add(double wallMillis, double processorMillis) {
        wall.add(wallMillis);
        processor.add(processorMillis);
    }

    double wallMinimum() {
        return quantile(wall, 0);
    }

    double wallMedian() {
        return quantile(wall, 0.5);
    }

    double processorMinimum() {
        return quantile(processor, 0);
    }

    int runs() {
        return wall.size();
    }

    private static double quantile(List<Double> values, double q) {
        return values.stream()
                .sorted()
                .skip((long) (q * (values.size() - 1)))
                .findFirst()
                .orElse(Double.NaN);
    }

    private static double processorMillis() {
        var threads = ManagementFactory.getThreadMXBean();
        return threads.getCurrentThreadCpuTime() / NANOS_PER_MILLI;
    }
}
