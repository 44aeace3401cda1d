package io.bisup.bench.eval;

import io.bisup.bench.ProcessorTime;
import io.bisup.bench.methods.TaskFile;
import io.bisup.contract.TaskSample;
import io.bisup.data.task.TaskDataset;
import io.bisup.llm.folder.ModelFolder;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.tensor.ComputeDevice;
import io.bisup.llm.tensor.PeakMemory;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.token.Tokenizer;
import io.bisup.measure.Progress;
import io.bisup.measure.task.TaskEvaluation;
import io.bisup.measure.task.TaskRules;
import java.nio.file.Path;
import java.util.List;

/** This project's evaluator with one model open, on the CPU in float32. */
final class OurSide implements Side {

    private final TensorRuntime runtime;
    private final PeakMemory memory;
    private final OpenModel open;
    private final Tokenizer tokenizer;
    private final TaskRules rules;
    private final double loadSeconds;
    private final long loadBytes;

    /**
     * Opens a model.
     *
     * @param model checkpoint or artifact folder
     * @param threads that compute, and that make tokens of text
     */
    OurSide(Path model, int threads, TaskRules rules) {
        // Read when the pool is made, which nothing did yet: the caller of a parallel stream computes too.
        System.setProperty("java.util.concurrent.ForkJoinPool.common.parallelism", String.valueOf(threads - 1));
        this.runtime = TensorRuntime.open(ComputeDevice.parse("cpu"));
        runtime.threads(threads);
        this.memory = new PeakMemory(runtime.device());
        this.rules = rules;
        memory.reset();
        long started = System.nanoTime();
        this.open = ModelFolder.open(model, runtime);
        this.tokenizer = open.openTokenizer();
        this.loadSeconds = (System.nanoTime() - started) / 1e9;
        memory.reset();
        this.loadBytes = memory.bytes().orElse(0);
    }

    @Override
    public Timed score(TaskFile file, int limit) {
        TaskDataset dataset = file.dataset(limit);
        TaskEvaluation evaluation = new TaskEvaluation(open.model(), open.prefixIds(), tokenizer);
        memory.reset();
        double busy = ProcessorTime.seconds();
        long started = System.nanoTime();
        List<TaskSample> samples = evaluation.samples(dataset, rules, Progress.SILENT);
        double seconds = (System.nanoTime() - started) / 1e9;
        EvalSide cost = new EvalSide(
                seconds, ProcessorTime.seconds() - busy, memory.bytes().orElse(0), loadSeconds, loadBytes);
        return new Timed(cost, samples);
    }

    @Override
    public void close() {
        tokenizer.close();
        open.close();
        runtime.close();
    }
}
