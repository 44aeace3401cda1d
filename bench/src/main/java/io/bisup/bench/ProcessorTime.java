package io.bisup.bench;

/** Processor time of this process. */
public final class ProcessorTime {

    private ProcessorTime() {}

    /** Seconds that its threads have computed so far; not a number where the system does not say. */
    public static double seconds() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(duration -> duration.toNanos() / 1e9)
                .orElse(Double.NaN);
    }
}
