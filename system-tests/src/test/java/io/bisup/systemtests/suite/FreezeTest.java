package io.bisup.systemtests.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A server is stopped with all its processes and goes on with all of them. */
@EnabledOnOs(OS.LINUX)
class FreezeTest {

    private static final char STOPPED = 'T';

    private Process server;
    private List<ProcessHandle> tree;

    /** A process with two children, one of which has a child. */
    @BeforeEach
    void start() throws IOException {
        server = new ProcessBuilder("sh", "-c", "sh -c 'sleep 60 & wait' & sleep 60 & echo up; wait").start();
        BufferedReader out = new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
        assertThat(out.readLine()).isEqualTo("up");
        await("three processes under the first", () -> server.descendants().count() == 3);
        tree = Stream.concat(Stream.of(server.toHandle()), server.descendants()).toList();
    }

    @AfterEach
    void end() {
        tree.reversed().forEach(ProcessHandle::destroyForcibly);
    }

    @Test
    void aServerStandsStillWithAllItsProcesses() throws Exception {
        Freeze freeze = Freeze.ofAll(server.toHandle());
        awaitEach("stopped", state -> state == STOPPED);
        freeze.end();
        awaitEach("going on", state -> state != STOPPED);
    }

    @Test
    void oneProcessIsStoppedAlone() throws Exception {
        Freeze freeze = Freeze.of(server.toHandle());
        await("the first stopped", () -> state(tree.getFirst()) == STOPPED);
        assertThat(tree.subList(1, 4)).allMatch(process -> state(process) != STOPPED);
        freeze.end();
        awaitEach("going on", state -> state != STOPPED);
    }

    private void awaitEach(String what, Predicate<Character> wanted) {
        await("all " + what, () -> tree.stream().allMatch(process -> wanted.test(state(process))));
    }

    private static void await(String what, java.util.function.BooleanSupplier holds) {
        Instant end = Instant.now().plus(Duration.ofSeconds(30));
        while (!holds.getAsBoolean()) {
            assertThat(Instant.now()).as(what).isBefore(end);
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    /** The letter after the name, which stands in brackets. */
    private static char state(ProcessHandle process) {
        try {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
