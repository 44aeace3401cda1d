package io.bisup.bench.peer;

import io.bisup.contract.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A script of {@code bench/peers} that answers a line of JSON with a line of JSON; it says something when it is ready. */
public final class PeerProcess implements AutoCloseable {

    private static final int GOODBYE_SECONDS = 20;

    private final String name;
    private final Process process;
    private final BufferedReader answers;
    private final Writer questions;
    private final Thread end;

    /**
     * Starts the script, whose messages go where this process's do.
     *
     * @param name of the program, for messages
     * @param threads that libraries below it take when they are loaded
     */
    public PeerProcess(String name, List<String> command, int threads) throws IOException {
        this.name = name;
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("OMP_NUM_THREADS", String.valueOf(threads));
        this.process = builder.start();
        this.answers = process.inputReader(StandardCharsets.UTF_8);
        this.questions = process.outputWriter(StandardCharsets.UTF_8);
        this.end = new Thread(process::destroy);
        Runtime.getRuntime().addShutdownHook(end);
    }

    /** Asks and waits for the answer. */
    public <T> T ask(Object question, Class<T> type) throws IOException {
        questions.write(Json.write(question) + "\n");
        questions.flush();
        return answer(type);
    }

    /** Waits for a line that was not asked for. */
    public <T> T answer(Class<T> type) throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException(name + " ended; its message stands above");
        }
        return Json.mapper().readValue(line, type);
    }

    /** The process ends when nothing more is asked. */
    @Override
    public void close() {
        try {
            questions.close();
            process.waitFor(GOODBYE_SECONDS, TimeUnit.SECONDS);
        } catch (IOException gone) {
            // It ended before it was told to.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroy();
            Runtime.getRuntime().removeShutdownHook(end);
        }
    }
}
