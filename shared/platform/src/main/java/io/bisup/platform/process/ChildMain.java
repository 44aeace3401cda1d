package io.bisup.platform.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The child's end of the line to the process that started it. Everything else printed goes to the log. When the parent
 * dies its pipe closes, and this process ends at once: nobody would take its work.
 */
public final class ChildMain {

    private static final int PARENT_GONE = 3;

    private final PrintStream messages;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    private ChildMain(PrintStream messages) {
        this.messages = messages;
    }

    /** Takes over standard input and output; once per process. */
    public static ChildMain open() {
        ChildMain main = new ChildMain(new PrintStream(System.out, true, StandardCharsets.UTF_8));
        System.setOut(System.err);
        Thread.ofPlatform().daemon().name("parent").start(main::listen);
        return main;
    }

    private void listen() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            System.err.println("the parent's pipe broke: " + e.getMessage());
        }
        Runtime.getRuntime().halt(PARENT_GONE);
    }

    /** Sends one message, which must be one line. */
    public void say(String message) {
        synchronized (messages) {
            messages.println(ChildJvm.MARK + message);
        }
    }

    /** Waits for the parent's next line. */
    public String next() throws InterruptedException {
        return lines.take();
    }

    /** Options for a child that computes as this process would. */
    public static List<String> inheritedOptions() {
        return OwnJvm.inherited();
    }
}
