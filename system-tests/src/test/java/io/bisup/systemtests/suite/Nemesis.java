package io.bisup.systemtests.suite;

import io.bisup.cli.suite.Member;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What is done to one process. */
enum Nemesis {
    KILL_WORKER(false),
    KILL_STORES(false),
    FREEZE_WORKER(true),
    KILL_API(false),
    KILL_POSTGRES(false),
    KILL_EVAL(false),
    FREEZE_STORES(true),
    KILL_ATTEMPT(false),
    FREEZE_API(true),
    FREEZE_EVAL(true),
    FREEZE_ATTEMPT(true),
    /** The server with every process that serves a connection. */
    FREEZE_POSTGRES(true);

    /** More than three leases of {@link RunningSuite}. */
    static final Duration FROZEN = Duration.ofSeconds(10);

    /** A process that was struck before may still be starting. */
    private static final Duration AWAITED = Duration.ofSeconds(20);

    private final boolean freezes;

    Nemesis(boolean freezes) {
        this.freezes = freezes;
    }

    /**
     * Strikes the process, which may first have to come to life.
     *
     * @return whether there was one
     */
    boolean strike(RunningSuite suite) throws IOException, InterruptedException {
        Optional<ProcessHandle> process = awaited(suite);
        if (process.isEmpty()) {
            return false;
        }
        if (freezes) {
            freeze(process.get());
        } else {
            process.get().destroyForcibly();
            process.get().onExit().join();
        }
        return true;
    }

    private void freeze(ProcessHandle process) throws IOException, InterruptedException {
        Freeze freeze = this == FREEZE_POSTGRES ? Freeze.ofAll(process) : Freeze.of(process);
        try {
            LockSupport.parkNanos(FROZEN.toNanos());
        } finally {
            freeze.end();
        }
    }

    private Optional<ProcessHandle> awaited(RunningSuite suite) {
        long end = System.nanoTime() + AWAITED.toNanos();
        Optional<ProcessHandle> process = target(suite);
        while (process.isEmpty() && System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            process = target(suite);
        }
        return process;
    }

    private Optional<ProcessHandle> target(RunningSuite suite) {
        return switch (this) {
            case KILL_WORKER, FREEZE_WORKER -> suite.process(Member.WORKER);
            case KILL_STORES, FREEZE_STORES -> suite.process(Member.LOCAL_STACK);
            case KILL_API, FREEZE_API -> suite.process(Member.API);
            case KILL_EVAL, FREEZE_EVAL -> suite.process(Member.EVAL);
            case KILL_POSTGRES, FREEZE_POSTGRES -> suite.postgres();
            case KILL_ATTEMPT, FREEZE_ATTEMPT -> suite.process(Member.WORKER).flatMap(Nemesis::attempt);
        };
    }

    /** The one at work: the next one, which waits for its order, was started after it. */
    private static Optional<ProcessHandle> attempt(ProcessHandle worker) {
        return worker.children()
                .filter(child -> commandLine(child).contains("AttemptMain"))
                .min(Comparator.comparing(child -> child.info().startInstant().orElse(Instant.MAX)));
    }

    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return process.info().commandLine().orElse("");
        }
    }
}
