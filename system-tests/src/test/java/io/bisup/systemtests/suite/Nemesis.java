package io.bisup.systemtests.suite;

import io.bisup.cli.suite.Member;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** What is done to one process. */
enum Nemesis {
    KILL_WORKER(Member.WORKER, "", false),
    KILL_STORES(Member.LOCAL_STACK, "", false),
    FREEZE_WORKER(Member.WORKER, "", true),
    KILL_API(Member.API, "", false),
    KILL_POSTGRES(Member.LOCAL_STACK, "postgres", false),
    KILL_EVAL(Member.EVAL, "", false),
    FREEZE_STORES(Member.LOCAL_STACK, "", true),
    KILL_ATTEMPT(Member.WORKER, "AttemptMain", false),
    FREEZE_API(Member.API, "", true),
    FREEZE_EVAL(Member.EVAL, "", true);

    /** More than three leases of {@link RunningSuite}. */
    private static final Duration FROZEN = Duration.ofSeconds(10);

    private final Member member;
    private final String child;
    private final boolean freezes;

    Nemesis(Member member, String child, boolean freezes) {
        this.member = member;
        this.child = child;
        this.freezes = freezes;
    }

    /** Strikes if the process is alive, and says what it did. */
    String strike(RunningSuite suite, Random random) throws IOException, InterruptedException {
        Optional<ProcessHandle> process = suite.process(member).flatMap(this::target);
        if (process.isEmpty()) {
            return this + ": not alive now";
        }
        if (freezes) {
            signal("-STOP", process.get());
            LockSupport.parkNanos(FROZEN.toNanos() + random.nextLong(FROZEN.toNanos() / 2));
            signal("-CONT", process.get());
        } else {
            process.get().destroyForcibly();
            process.get().onExit().join();
        }
        return this + ": process " + process.get().pid();
    }

    private Optional<ProcessHandle> target(ProcessHandle process) {
        return child.isEmpty()
                ? Optional.of(process)
                : process.children().filter(c -> commandLine(c).contains(child)).findFirst();
    }

    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return process.info().commandLine().orElse("");
        }
    }

    private static void signal(String signal, ProcessHandle process) throws IOException, InterruptedException {
        new ProcessBuilder("kill", signal, String.valueOf(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
    }
}
