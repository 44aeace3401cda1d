package io.bisup.worker.job;

import io.bisup.worker.attempt.AttemptMain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** The processes of attempts that this worker has started, for tests that stop or kill them. */
final class AttemptProcessHandles {

    private AttemptProcessHandles() {}

    static void kill() {
        kill(first());
    }

    static void kill(ProcessHandle attempt) {
        attempt.destroyForcibly();
        attempt.onExit().join();
    }

    /** The process that waits for an order; from now on it computes nothing more, as on a machine that swaps. */
    static ProcessHandle stopped() throws IOException, InterruptedException {
        ProcessHandle attempt = idle();
        signal("-STOP", attempt);
        return attempt;
    }

    /** The process that computes; what it has in hand stays in hand until it {@link #goesOn}. */
    static ProcessHandle stoppedAtWork() throws IOException, InterruptedException {
        ProcessHandle attempt = first();
        signal("-STOP", attempt);
        return attempt;
    }

    static void goesOn(ProcessHandle attempt) throws IOException, InterruptedException {
        signal("-CONT", attempt);
    }

    private static void signal(String signal, ProcessHandle process) throws IOException, InterruptedException {
        new ProcessBuilder("kill", signal, String.valueOf(process.pid()))
                .start()
                .waitFor();
    }

    /** The oldest: the next one, which waits for its order, was started after it. */
    private static ProcessHandle first() {
        return attempts()
                .min(Comparator.comparing(AttemptProcessHandles::start))
                .orElseThrow();
    }

    private static Instant start(ProcessHandle process) {
        return process.info().startInstant().orElse(Instant.MAX);
    }

    private static Stream<ProcessHandle> attempts() {
        return ProcessHandle.current().descendants().filter(AttemptProcessHandles::isAttempt);
    }

    /** One that has loaded the tensor library and has nothing to do, for half a second. */
    private static ProcessHandle idle() {
        int quiet = 0;
        for (int look = 0; look < 1200; look++) {
            Optional<ProcessHandle> found = attempts().findFirst().filter(AttemptProcessHandles::waits);
            quiet = found.isPresent() ? quiet + 1 : 0;
            if (quiet == 10) {
                return found.orElseThrow();
            }
            LockSupport.parkNanos(50_000_000);
        }
        throw new IllegalStateException("no attempt's process was ready within a minute");
    }

    private static boolean waits(ProcessHandle process) {
        Path proc = Path.of("/proc/" + process.pid());
        try (Stream<Path> threads = Files.list(proc.resolve("task"))) {
            return Files.readString(proc.resolve("maps")).contains("libtorch")
                    && threads.allMatch(AttemptProcessHandles::sleeps);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean sleeps(Path thread) {
        try {
            String stat = Files.readString(thread.resolve("stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) == 'S';
        } catch (IOException e) {
            return false;
        }
    }

    /** The command line is too long for what ProcessHandle tells of it. */
    private static boolean isAttempt(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"), StandardCharsets.ISO_8859_1)
                    .contains(AttemptMain.class.getName());
        } catch (IOException e) {
            return false;
        }
    }
}
