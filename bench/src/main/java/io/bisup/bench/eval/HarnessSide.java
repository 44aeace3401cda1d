package io.bisup.bench.eval;

import io.bisup.bench.methods.TaskFile;
import io.bisup.bench.peer.PeerProcess;
import io.bisup.contract.TaskSample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** lm-evaluation-harness on transformers with one model open: a process that {@code bench/peers/lm-eval} starts. */
final class HarnessSide implements Side {

    private final PeerProcess process;
    private final Opened opened;

    /** What the process says first. */
    private record Opened(double loadSeconds, long loadBytes, String program) {}

    /** What it is asked. */
    private record Question(String task, String file, int limit) {}

    /** What it answers. */
    private record Answer(double seconds, double cpuSeconds, long peakBytes, List<TaskSample> samples) {}

    /**
     * Starts the process and waits until its model is open.
     *
     * @param script {@code bench/peers/lm-eval}
     * @param model folder that transformers loads
     */
    HarnessSide(Path script, Path model, int threads, int batch, int maxLength) throws IOException {
        this.process = new PeerProcess(
                "the harness",
                List.of(
                        script.toString(),
                        "--model",
                        model.toAbsolutePath().toString(),
                        "--threads",
                        String.valueOf(threads),
                        "--batch",
                        String.valueOf(batch),
                        "--max-length",
                        String.valueOf(maxLength)),
                threads);
        this.opened = process.answer(Opened.class);
    }

    /** The harness and the libraries below it. */
    String program() {
        return opened.program();
    }

    @Override
    public Timed score(TaskFile file, int limit) throws IOException {
        Question question =
                new Question(file.task().id(), file.file().toAbsolutePath().toString(), limit);
        Answer answer = process.ask(question, Answer.class);
        return new Timed(
                new EvalSide(
                        answer.seconds(),
                        answer.cpuSeconds(),
                        answer.peakBytes(),
                        opened.loadSeconds(),
                        opened.loadBytes()),
                answer.samples());
    }

    @Override
    public void close() {
        process.close();
    }
}
