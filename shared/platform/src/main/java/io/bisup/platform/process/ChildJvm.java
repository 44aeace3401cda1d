package io.bisup.platform.process;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A JVM of its own for code that may abort, run out of memory or never return. Messages are lines of its standard output
 * that carry {@link #MARK}; every other line of its output is its log. It is expected to end when its standard input does,
 * so that it never outlives this process: see {@link ChildMain}.
 */
public final class ChildJvm implements AutoCloseable {

    /** Tells a message from what libraries print. */
    static final String MARK = "@bisup ";

    private static final int TAIL_LINES = 40;
    private static final int TAIL_LINE_CHARACTERS = 400;

    private final Process process;
    private final BufferedWriter input;
    private final BlockingQueue<Said> said = new LinkedBlockingQueue<>();
    private final Deque<String> tail = new ArrayDeque<>();
    private final Consumer<String> log;

    private ChildJvm(Process process, Consumer<String> log) {
        this.process = process;
        this.input = process.outputWriter(StandardCharsets.UTF_8);
        this.log = log;
    }

    /**
     * Starts a main class of this process's class path.
     *
     * @param arguments of the main class
     * @param options of the JVM
     * @param limits of its memory and processor time, or null for none
     * @param log receives each line of its log, from a thread of its own
     */
    public static ChildJvm start(
            Class<?> main,
            List<String> arguments,
            List<String> options,
            @Nullable ChildLimits limits,
            Consumer<String> log)
            throws IOException {
        List<String> command = new ArrayList<>(limits == null ? List.of() : limits.shell());
        command.addAll(OwnJvm.command(options));
        command.add(main.getName());
        command.addAll(arguments);
        ChildJvm child = new ChildJvm(new ProcessBuilder(command).start(), log);
        Thread logger = child.thread("log", child::readLog);
        child.thread("messages", () -> child.readMessages(logger));
        return child;
    }

    /** No virtual thread: one that reads a pipe holds its carrier for as long as the child says nothing. */
    private Thread thread(String what, Runnable body) {
        return Thread.ofPlatform()
                .daemon()
                .name("child-" + process.pid() + "-" + what)
                .start(body);
    }

    private void readLog() {
        try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                logged(line);
            }
        } catch (IOException e) {
            logged("the log broke off: " + e.getMessage());
        }
    }

    private void readMessages(Thread logger) {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int mark = line.indexOf(MARK);
                if (mark < 0) {
                    logged(line);
                } else {
                    said.add(new Said.Message(line.substring(mark + MARK.length())));
                }
            }
        } catch (IOException e) {
            logged("the messages broke off: " + e.getMessage());
        }
        try {
            int exitCode = process.waitFor();
            logger.join(Duration.ofSeconds(2));
            said.add(new Said.Ended(exitCode));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void logged(String line) {
        synchronized (tail) {
            tail.addLast(line.length() > TAIL_LINE_CHARACTERS ? line.substring(0, TAIL_LINE_CHARACTERS) : line);
            if (tail.size() > TAIL_LINES) {
                tail.removeFirst();
            }
        }
        log.accept(line);
    }

    /** The next message or the end of the process, or {@link Said.Nothing} after {@code patience}. */
    public Said next(Duration patience) throws InterruptedException {
        Said next = said.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        return next == null ? new Said.Nothing() : next;
    }

    /** Sends one line; one that can no longer be taken is lost, since {@link Said.Ended} tells why. */
    public void send(String line) {
        try {
            input.write(line);
            input.newLine();
            input.flush();
        } catch (IOException e) {
            log.accept("process " + process.pid() + " takes no more messages: " + e.getMessage());
        }
    }

    /** The last lines of its log. */
    public String tail() {
        synchronized (tail) {
            return String.join("\n", tail);
        }
    }

    /** The process, for tests that kill it. */
    public ProcessHandle handle() {
        return process.toHandle();
    }

    /** Ends it at once and waits until it is gone. */
    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
