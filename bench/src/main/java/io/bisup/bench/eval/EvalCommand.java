package io.bisup.bench.eval;

import io.bisup.bench.methods.ModelId;
import io.bisup.bench.methods.ReferenceData;
import io.bisup.bench.methods.TaskFile;
import io.bisup.data.TextDataset;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.measure.CodeVersion;
import io.bisup.measure.task.TaskRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Zero-shot tasks here and in lm-evaluation-harness, document by document. */
@Command(
        name = "eval",
        description =
                "Scores the same documents here and in lm-evaluation-harness 0.4.13, in turns, and writes evaluation.md and"
                        + " evaluation.json: seconds, memory, log-likelihoods and predictions. What is in the file is not measured"
                        + " again. Fails when a log-likelihood or a prediction differs.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class EvalCommand implements Callable<Integer> {

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "checkpoint or artifact that is read here; the demo model unless told")
    private @Nullable Path model;

    @Option(
            names = "--peer",
            paramLabel = "DIR",
            description = "what the harness reads instead, such as an artifact's hf-fake export in float32")
    private @Nullable Path peer;

    @Option(names = "--alone", description = "this project only: needs no Python")
    private boolean alone;

    @Option(names = "--tasks", split = ",", description = "names; all that have a file unless told")
    private List<String> tasks = List.of();

    @Option(names = "--limit", defaultValue = "200", description = "documents of each task (${DEFAULT-VALUE})")
    private int limit;

    @Option(names = "--threads", description = "of each program; as many as there are processors unless told")
    private @Nullable Integer threads;

    @Option(
            names = "--batch",
            defaultValue = "8",
            description = "requests in a batch of the harness (${DEFAULT-VALUE})")
    private int batch;

    @Option(
            names = "--max-length",
            defaultValue = "2048",
            description = "tokens that both read at most, the model's context if that is less (${DEFAULT-VALUE})")
    private int maxLength;

    @Option(names = "--repetitions", defaultValue = "1", description = "runs of each task (${DEFAULT-VALUE})")
    private int repetitions;

    @Option(names = "--only-missing", description = "keep rows that were measured by another version of the code")
    private boolean onlyMissing;

    @Mixin
    private ReferenceData data;

    @Option(names = "--out", paramLabel = "DIR", description = "folder of the page; docs/benchmarks unless told")
    private @Nullable Path out;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Path home = ReferenceData.project();
        EvalFolder folder =
                new EvalFolder(Files.createDirectories(out == null ? home.resolve("docs/benchmarks") : out));
        Path ours = model == null ? ReferenceData.demoModel() : model;
        EvalResults known = folder.read();
        List<PlannedTask> missing = missing(ours, known);
        if (missing.isEmpty()) {
            // By this release: the page may look otherwise now.
            folder.write(known);
            return 0;
        }
        boolean equal = true;
        int length = missing.getFirst().key().maxLength();
        try (Contest contest = Contest.open(ours, alone ? null : harness(home, ours, length), threads(), length)) {
            for (PlannedTask task : missing) {
                EvalRow row = contest.row(task, repetitions);
                folder.add(row);
                equal &= row.peer() == null || row.peer().parity().holds();
                say(Contest.sentence(row));
            }
        }
        return equal ? 0 : 1;
    }

    private Contest.Harness harness(Path home, Path ours, int length) {
        return new Contest.Harness(home.resolve("bench/peers/lm-eval"), peer == null ? ours : peer, batch, length);
    }

    private int threads() {
        return threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    }

    /** The tasks without a row. */
    private List<PlannedTask> missing(Path ours, EvalResults known) {
        ModelId id = ModelId.of(ours);
        List<PlannedTask> missing = new ArrayList<>();
        for (TaskFile file : TaskFile.all(tasks, data.folder())) {
            int documents = file.dataset(limit).documents().size();
            PlannedTask task = new PlannedTask(file, key(id, ours, file, documents));
            if (known.row(task.key(), onlyMissing).isPresent()) {
                say(file.task().id() + ": kept");
            } else {
                missing.add(task);
            }
        }
        return missing;
    }

    private EvalKey key(ModelId id, Path ours, TaskFile file, int documents) {
        return new EvalKey(
                id.name(),
                id.sha256(),
                file.task().id(),
                TextDataset.sha256(file.file(), file.task().id()),
                documents,
                threads(),
                batch,
                new TaskRules(TaskRules.DEFAULT.harness(), TaskRules.DEFAULT.bos(), maxLength).longest(contextOf(ours)),
                alone ? null : ModelId.name(peer == null ? ours : peer),
                CodeVersion.CURRENT);
    }

    private static int contextOf(Path folder) {
        return DecoderConfig.read(folder).maxPositions();
    }

    private void say(String line) {
        spec.commandLine().getOut().println(line);
        spec.commandLine().getOut().flush();
    }
}
