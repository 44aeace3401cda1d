package io.bisup.cli.suite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Remembers a process across runs of the command line, in a file "pid start-instant". The instant guards against a process
 * id that another process got meanwhile.
 */
final class ProcessFile {

    /** The kernel counts a start in ticks since boot; the boot time moves a little with the clock. */
    private static final Duration CLOCK_SLACK = Duration.ofSeconds(5);

    private final Path file;

    ProcessFile(Path file) {
        this.file = file;
    }

    void write(ProcessHandle process) throws IOException {
        Instant start = process.info().startInstant().orElse(Instant.EPOCH);
        Files.writeString(file, process.pid() + " " + start + "\n");
    }

    /** The process, if it is still alive and still the same. */
    Optional<ProcessHandle> alive() {
        try {
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            String[] parts = Files.readString(file).strip().split(" ", -1);
            if (parts.length != 2) {
                return Optional.empty();
            }
            Instant start = Instant.parse(parts[1]);
            return ProcessHandle.of(Long.parseLong(parts[0]))
                    .filter(ProcessHandle::isAlive)
                    .filter(p -> same(p.info().startInstant().orElse(Instant.EPOCH), start));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private static boolean same(Instant one, Instant other) {
        return Duration.between(one, other).abs().compareTo(CLOCK_SLACK) <= 0;
    }

    void delete() throws IOException {
        Files.deleteIfExists(file);
    }
}
