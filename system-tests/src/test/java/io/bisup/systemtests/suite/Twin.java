package io.bisup.systemtests.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.systemtests.Project;
import java.io.File;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** One more process of a service: started by the command line of the suite's own, but for its port, its folder and its name. */
final class Twin implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final String PORT = "-Dquarkus.http.port=";
    private static final String WORK = "-Dbisup.work.dir=";
    private static final String NAME = "-Dbisup.work.worker-id=";

    private final Process process;
    private final URI address;
    private final Path log;

    private Twin(Process process, URI address, Path log) {
        this.process = process;
        this.address = address;
        this.log = log;
    }

    /**
     * Starts it; {@link #awaitReady} waits for it.
     *
     * @param member the suite's own process
     * @param folder takes the twin's files, and its log
     * @param name under which it claims work, where it is one that does
     */
    static Twin of(ProcessHandle member, Path folder, String name) throws IOException {
        int port = freePort();
        List<String> command = new ArrayList<>();
        for (String argument : commandLine(member)) {
            if (argument.equals("-jar")) {
                command.add(NAME + name);
            }
            command.add(
                    argument.startsWith(PORT)
                            ? PORT + port
                            : argument.startsWith(WORK) ? WORK + folder.resolve(name) : argument);
        }
        assertThat(command).as("what the twin is started by").contains(PORT + port, "-jar");
        Path log = folder.resolve(name + ".log");
        Process process = new ProcessBuilder(command)
                .directory(Project.home().toFile())
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new Twin(process, URI.create("http://localhost:" + port), log);
    }

    /** What ProcessHandle tells of a long command line is cut. Each argument ends with a zero. */
    private static List<String> commandLine(ProcessHandle process) throws IOException {
        String arguments =
                Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"), StandardCharsets.ISO_8859_1);
        return List.of(arguments.substring(0, arguments.length() - 1).split("\0", -1));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    URI address() {
        return address;
    }

    ProcessHandle process() {
        return process.toHandle();
    }

    /** Waits until it says that it is ready. */
    void awaitReady() {
        Instant end = Instant.now().plus(START_LIMIT);
        while (!ready()) {
            assertThat(process.isAlive()).as("the twin is alive, see %s", log).isTrue();
            assertThat(Instant.now()).as("the twin is not ready, see %s", log).isBefore(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    private boolean ready() {
        try {
            HttpURLConnection connection = (HttpURLConnection)
                    address.resolve("/q/health/ready").toURL().openConnection();
            return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
        } catch (IOException e) {
            return false;
        }
    }

    /** Ends it as {@code ./bisup down} does: forcibly if it does not hand over in time. */
    @Override
    public void close() {
        process.destroy();
        try {
            process.onExit().get(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        } catch (ExecutionException | TimeoutException e) {
            process.destroyForcibly();
        }
    }
}
