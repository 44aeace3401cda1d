package io.bisup.worker.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** High-water mark of this process's resident memory, as Linux counts it; 0 elsewhere. */
final class PeakMemory {

    private static final Path RESET = Path.of("/proc/self/clear_refs");
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String PEAK = "VmHWM:";

    private PeakMemory() {}

    /** Starts a new mark at the present size, where the system allows it. */
    static void reset() {
        try {
            Files.writeString(RESET, "5");
        } catch (IOException notAllowed) {
            // The mark then covers the process's life: still an upper bound.
        }
    }

    /** Bytes at the highest point since the last reset. */
    static long bytes() {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(PEAK))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException notLinux) {
            return 0;
        }
    }
}
