package io.bisup.cli.local;

import io.bisup.cli.ExitCode;
import io.bisup.cli.FormatConverter;
import io.bisup.cli.UserErrorException;
import io.bisup.contract.BosRule;
import io.bisup.contract.DatasetFormat;
import io.bisup.contract.Harness;
import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.Json;
import io.bisup.contract.TaskResult;
import io.bisup.contract.TaskSample;
import io.bisup.data.DatasetException;
import io.bisup.data.DatasetFile;
import io.bisup.data.task.Task;
import io.bisup.data.task.TaskDataset;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.token.Tokenizer;
import io.bisup.measure.task.Answers;
import io.bisup.measure.task.TaskEvaluation;
import io.bisup.measure.task.TaskRules;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Scores a model on a zero-shot task. */
@Command(
        name = "zeroshot",
        description =
                "Score a model on a task as lm-evaluation-harness does: arc_easy, arc_challenge, boolq, hellaswag, "
                        + "lambada_openai, mmlu, openbookqa, piqa, winogrande.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ZeroShotCommand implements Callable<Integer> {

    @Mixin
    private OneModel model;

    @Option(names = "--task", required = true, converter = TaskConverter.class, description = "the task's name")
    private Task task;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "FILE",
            description = "JSON lines or Parquet: the fields of the Hugging Face data set, or ctx, choices and gold")
    private Path data;

    @Option(names = "--format", converter = FormatConverter.class, description = "jsonl or parquet, else by the name")
    private @Nullable DatasetFormat format;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "one JSON line per document: doc_id, ll, greedy, gold, acc")
    private @Nullable Path out;

    @Option(names = "--limit", description = "documents to score, from the first")
    private @Nullable Integer limit;

    @Option(names = "--shots", defaultValue = "0", description = "solved examples before each document (mmlu)")
    private int shots;

    @Option(
            names = "--examples",
            paramLabel = "FILE",
            description = "the development split that --shots takes them from")
    private @Nullable Path examples;

    @Option(
            names = "--harness",
            defaultValue = "0.4.9.2+",
            converter = HarnessConverter.class,
            description = "whose rules make tokens of text: 0.3, 0.4 or 0.4.9.2+ (default)")
    private Harness harness;

    @Option(names = "--bos", defaultValue = "auto", description = "begin-of-sequence token: auto, always or never")
    private BosRule bos;

    @Option(names = "--max-length", description = "tokens that the model reads at most; its context")
    private @Nullable Integer maxLength;

    @Mixin
    private ResultOutput output;

    @Override
    public Integer call() {
        requirePositive("--limit", limit);
        requirePositive("--max-length", maxLength);
        TaskDataset dataset = read();
        TaskEvaluation.Outcome outcome = model.with(open -> measure(open, dataset));
        write(outcome);
        output.print(outcome.result(), (result, writer) -> writer.println(sentence(result)));
        return ExitCode.OK;
    }

    private static void requirePositive(String option, @Nullable Integer value) {
        if (value != null && value < 1) {
            throw new UserErrorException(option + " " + value + ": give a number from 1 on");
        }
    }

    private TaskDataset read() {
        try {
            String name = String.valueOf(data.getFileName());
            DatasetFile file = new DatasetFile(data, name, format == null ? DatasetFormat.ofFileName(name) : format);
            TaskDataset all = shots == 0 ? TaskDataset.read(file, task) : withExamples(file);
            return limit == null ? all : all.limited(limit);
        } catch (DatasetException e) {
            throw new UserErrorException("--data " + e.getMessage());
        }
    }

    private TaskDataset withExamples(DatasetFile file) {
        if (examples == null) {
            throw new UserErrorException(
                    "--shots " + shots + " needs --examples: the development split to take them from");
        }
        DatasetFile split =
                new DatasetFile(examples, "--examples " + examples, DatasetFormat.ofFileName(examples.toString()));
        return TaskDataset.read(file, task, split, shots);
    }

    private TaskEvaluation.Outcome measure(OpenModel open, TaskDataset dataset) {
        TaskRules rules = new TaskRules(harness, bos, maxLength);
        try (Tokenizer tokenizer = open.openTokenizer();
                Bar bar = new Bar(task.id(), "documents")) {
            return new TaskEvaluation(open.model(), open.prefixIds(), tokenizer)
                    .measure(dataset, rules, Answers.NONE, Clock.systemUTC(), bar);
        }
    }

    private void write(TaskEvaluation.Outcome outcome) {
        if (out == null) {
            return;
        }
        try (PrintWriter lines = new PrintWriter(Files.newBufferedWriter(out))) {
            for (TaskSample sample : outcome.samples()) {
                lines.println(Json.write(sample));
            }
            if (lines.checkError()) {
                throw new UserErrorException("--out " + out + " cannot be written: is the disk full?");
            }
        } catch (IOException e) {
            throw new UserErrorException("--out " + out + " cannot be written (" + e + ")");
        }
    }

    private static String sentence(TaskResult result) {
        String metrics = result.metrics().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(m -> String.format(
                        Locale.ROOT,
                        "%s %.4f ± %.4f",
                        m.getKey(),
                        m.getValue().value(),
                        m.getValue().stderr()))
                .collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "%s: %s; %d documents, harness %s, bos %s (%s), %s, %.1f s",
                result.task(),
                metrics,
                result.documents(),
                result.harness().id(),
                result.bosRule().id(),
                result.bos(),
                result.dtype(),
                result.seconds());
    }

    /** Tasks by the harness's names. */
    static final class TaskConverter implements ITypeConverter<Task> {
        @Override
        public Task convert(String value) {
            return Task.named(value)
                    .orElseThrow(() -> new TypeConversionException(
                            "'" + value + "' is no task; use " + String.join(", ", Task.names())));
        }
    }

    /** Releases by their names. */
    static final class HarnessConverter implements ITypeConverter<Harness> {
        @Override
        public Harness convert(String value) {
            try {
                return Harness.named(value);
            } catch (InvalidSpecException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }
}
