package io.bisup.cli.suite;

import io.bisup.cli.ExitCode;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The whole product as processes of this machine: local-stack, then the three services. The processes outlive this object;
 * another one over the same folders finds them by their process id files.
 */
public final class Suite {

    private static final Duration START_LIMIT = Duration.ofMinutes(4);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final String GUARDIAN = "guardian";
    private static final List<Member> SERVICES = List.of(Member.API, Member.WORKER, Member.EVAL);

    private final SuiteFolders folders;
    private final SuiteSettings settings;
    private final Launch launch;

    public Suite(SuiteFolders folders, SuiteSettings settings) {
        this.folders = folders;
        this.settings = settings;
        this.launch = new Launch(folders, settings);
    }

    /** Whether every member's process is alive. */
    public boolean up() {
        return Arrays.stream(Member.values()).allMatch(m -> process(m).isPresent());
    }

    /** The members that are dead or do not say that they are ready. */
    public List<Member> unwell() {
        return Arrays.stream(Member.values())
                .filter(m -> process(m).isEmpty() || (SERVICES.contains(m) && !answers(m)))
                .toList();
    }

    private boolean answers(Member service) {
        return folders.address(service).map(Readiness::answers).orElse(false);
    }

    /** A member's process, when it is alive. */
    public Optional<ProcessHandle> process(Member member) {
        return file(member).alive();
    }

    /** Where api-service answers. */
    public URI address() {
        return folders.address().orElseThrow(() -> new SuiteException("the suite is not up", ExitCode.UNREACHABLE));
    }

    /**
     * Starts all members and waits until each is ready; what was left of an earlier suite is stopped first.
     *
     * @throws SuiteException naming the member that did not start, and its log
     */
    public void start() {
        stop();
        try {
            folders.create();
            folders.remember(settings);
            startStores();
            for (Member member : SERVICES) {
                launchService(member);
            }
            for (Member member : SERVICES) {
                awaitService(member);
            }
            folders.writeAddress(addressOf(Member.API));
        } catch (IOException e) {
            stop();
            throw new UncheckedIOException("cannot start the suite", e);
        } catch (SuiteException e) {
            stop();
            throw e;
        }
    }

    /** Has dead members started again from now on, by a process that {@link #stop} ends. */
    public void guard() {
        if (guardian().alive().isPresent()) {
            return;
        }
        try {
            guardian().write(spawn(folders.logs().resolve(GUARDIAN + ".log"), launch.guardian()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start the suite's guardian", e);
        }
    }

    /** Starts a member that is dead, where it answered before; waits for the stores, and not for a service. */
    void revive(Member member) {
        try {
            if (member == Member.LOCAL_STACK) {
                startStores();
            } else {
                launchService(member);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + member.id(), e);
        }
    }

    /** Starts one service again, as after its process was killed. */
    public void startService(Member member) {
        try {
            launchService(member);
            awaitService(member);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + member.id(), e);
        }
    }

    /** Stops services first, then the stores they need; forcibly what does not stop in time. Again is a no-op. */
    public void stop() {
        try {
            guardian().alive().ifPresent(Suite::end);
            guardian().delete();
            if (process(Member.LOCAL_STACK).isEmpty()) {
                // Nothing can be handed over: services would only wait for stores that are dead.
                SERVICES.forEach(m -> process(m).ifPresent(ProcessHandle::destroyForcibly));
            }
            stop(List.of(Member.WORKER, Member.EVAL));
            stop(List.of(Member.API));
            stop(List.of(Member.LOCAL_STACK));
            Optional<ProcessHandle> left = LeftPostgres.find(folders.storesLastUsed());
            if (left.isPresent()) {
                end(left.get());
            }
            folders.forgetAddress();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot stop the suite", e);
        }
    }

    private void startStores() throws IOException {
        Files.deleteIfExists(folders.stackProperties());
        folders.rememberStores();
        ProcessHandle process = spawn(Member.LOCAL_STACK, launch.stores());
        await(Member.LOCAL_STACK, process, () -> Files.exists(folders.stackProperties()));
    }

    private void launchService(Member member) throws IOException {
        int port = Ports.freeOr(
                folders.address(member).map(URI::getPort).orElse(member == Member.API ? settings.port() : 0));
        folders.remember(member, URI.create("http://localhost:" + port));
        spawn(member, launch.service(member, port));
    }

    private void awaitService(Member member) {
        ProcessHandle process =
                process(member).orElseThrow(() -> failed(member, member.id() + " ended while starting"));
        await(member, process, () -> Readiness.answers(addressOf(member)));
    }

    private URI addressOf(Member member) {
        return folders.address(member)
                .orElseThrow(() -> new SuiteException(member.id() + " is not up", ExitCode.FAILED));
    }

    private void await(Member member, ProcessHandle process, java.util.function.BooleanSupplier ready) {
        try {
            Readiness.await(member.id(), process, START_LIMIT, ready);
        } catch (SuiteException e) {
            throw failed(member, String.valueOf(e.getMessage()));
        }
    }

    private SuiteException failed(Member member, String reason) {
        return new SuiteException(reason + ": " + lastLine(log(member)), ExitCode.FAILED);
    }

    private static String lastLine(Path log) {
        try {
            List<String> lines =
                    Files.readAllLines(log).stream().filter(l -> !l.isBlank()).toList();
            return lines.isEmpty() ? log + " is empty" : lines.getLast().strip() + " (see " + log + ")";
        } catch (IOException e) {
            return "see " + log;
        }
    }

    private ProcessHandle spawn(Member member, List<String> command) throws IOException {
        ProcessHandle process = spawn(log(member), command);
        file(member).write(process);
        return process;
    }

    private ProcessHandle spawn(Path log, List<String> command) throws IOException {
        if (Files.exists(log)) {
            String name = log.getFileName().toString().replace(".log", ".previous.log");
            Files.move(log, log.resolveSibling(name), StandardCopyOption.REPLACE_EXISTING);
        }
        ProcessBuilder builder = new ProcessBuilder(command);
        // Idle threads of the tensor library sleep instead of spinning on cores that another service needs.
        builder.environment().putIfAbsent("OMP_WAIT_POLICY", "passive");
        return builder.directory(folders.home().toFile())
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .toHandle();
    }

    private void stop(List<Member> members) throws IOException {
        List<ProcessHandle> processes =
                members.stream().flatMap(m -> process(m).stream()).toList();
        processes.forEach(ProcessHandle::destroy);
        processes.forEach(Suite::end);
        for (Member member : members) {
            file(member).delete();
            folders.forget(member);
        }
    }

    private static void end(ProcessHandle process) {
        process.destroy();
        if (!ended(process.onExit())) {
            process.destroyForcibly();
            process.onExit().join();
        }
    }

    private static boolean ended(CompletableFuture<ProcessHandle> exit) {
        try {
            exit.get(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException("a process cannot be waited for", e);
        }
    }

    private Path log(Member member) {
        return folders.logs().resolve(member.id() + ".log");
    }

    private ProcessFile guardian() {
        return new ProcessFile(folders.run().resolve(GUARDIAN + ".pid"));
    }

    private ProcessFile file(Member member) {
        return new ProcessFile(folders.run().resolve(member.id() + ".pid"));
    }
}
