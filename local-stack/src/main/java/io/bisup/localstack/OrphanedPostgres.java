package io.bisup.localstack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A postgres that outlived a killed stack. Started over, the server would adopt it with its old settings or refuse because
 * of its pid file, so it is stopped first; a pid file that names somebody else's process is stale and goes.
 */
final class OrphanedPostgres {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private OrphanedPostgres() {}

    /** Makes {@code data} free for a new server. */
    static void evict(Path data) throws IOException {
        Path pidFile = data.resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return;
        }
        Optional<ProcessHandle> process = holder(pidFile);
        if (process.isPresent() && isPostgresOf(data, process.get())) {
            stop(process.get());
        }
        Files.deleteIfExists(pidFile);
    }

    private static Optional<ProcessHandle> holder(Path pidFile) throws IOException {
        List<String> lines = Files.readAllLines(pidFile);
        try {
            return lines.isEmpty()
                    ? Optional.empty()
                    : ProcessHandle.of(Long.parseLong(lines.getFirst().trim()));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static boolean isPostgresOf(Path data, ProcessHandle process) {
        String[] arguments = process.info().arguments().orElse(new String[0]);
        String command = process.info().command().orElse("");
        return command.endsWith("postgres")
                && List.of(arguments).contains(data.toAbsolutePath().toString());
    }

    private static void stop(ProcessHandle process) throws IOException {
        // SIGINT is PostgreSQL's fast shutdown; Java can only send SIGTERM, which waits for every client to leave.
        try {
            new ProcessBuilder("kill", "-INT", String.valueOf(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            process.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the old postgres stopped", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new LocalStackException(
                    "an older postgres (process " + process.pid() + ") does not stop: end it and start again", e);
        }
    }
}
