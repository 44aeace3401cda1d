package io.bisup.bench.eval;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.bench.methods.TaskFile;
import io.bisup.contract.Json;
import io.bisup.contract.TaskSample;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** lm-evaluation-harness on transformers with one model open: a process that {@code bench/peers/lm-eval} starts. */
final class HarnessSide implements Side {

    private static final int GOODBYE_SECONDS = 20;

    private final Process process;
    private final BufferedReader answers;
    private final Writer questions;
    private final Thread end;
    private final Opened opened;

    /** What the process says first. */
    private record Opened(double loadSeconds, long loadBytes, String program) {}

    /** What it answers to a task. */
    private record Answer(double seconds, double cpuSeconds, long peakBytes, List<TaskSample> samples) {}

    /**
     * Starts the process and waits until its model is open.
     *
     * @param script {@code bench/peers/lm-eval}
     * @param model folder that transformers loads
     */
    HarnessSide(Path script, Path model, int threads, int batch, int maxLength) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                script.toString(),
                "--model",
                model.toAbsolutePath().toString(),
                "--threads",
                String.valueOf(threads),
                "--batch",
                String.valueOf(batch),
                "--max-length",
                String.valueOf(maxLength));
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("OMP_NUM_THREADS", String.valueOf(threads));
        this.process = builder.start();
        this.answers = process.inputReader(StandardCharsets.UTF_8);
        this.questions = process.outputWriter(StandardCharsets.UTF_8);
        this.end = new Thread(process::destroy);
        Runtime.getRuntime().addShutdownHook(end);
        this.opened = answer(Opened.class);
    }

    /** The harness and the libraries below it. */
    String program() {
        return opened.program();
    }

    @Override
    public Timed score(TaskFile file, int limit) throws IOException {
        JsonNode asked = Json.mapper()
                .valueToTree(Map.of(
                        "task",
                        file.task().id(),
                        "file",
                        file.file().toAbsolutePath().toString(),
                        "limit",
                        limit));
        questions.write(asked + "\n");
        questions.flush();
        Answer answer = answer(Answer.class);
        return new Timed(
                new EvalSide(
                        answer.seconds(),
                        answer.cpuSeconds(),
                        answer.peakBytes(),
                        opened.loadSeconds(),
                        opened.loadBytes()),
                answer.samples());
    }

    private <T> T answer(Class<T> type) throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("the harness ended; its message stands above");
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
