package io.bisup.bench;

import io.bisup.contract.Presets;
import io.bisup.contract.Recipe;
import io.bisup.llm.folder.ModelFolder;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.model.TokenScores;
import io.bisup.llm.tensor.ComputeDevice;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.token.SpecialTokens;
import io.bisup.llm.token.Tokenizer;
import io.bisup.llm.token.Windows;
import io.bisup.worker.export.FolderDigest;
import io.bisup.worker.pipeline.FolderQuantization;
import io.bisup.worker.stage.Control;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What each of BiSup's stages is worth: perplexity of FP, rounding to nearest, and each stage added to the one before. */
@Command(name = "ablation", description = "Perplexity with each of BiSup's stages added.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class AblationCommand implements Callable<Integer> {

    @Option(names = "--model", required = true, description = "checkpoint folder")
    private Path model;

    @Option(names = "--calibration", required = true, description = "text to calibrate on")
    private Path calibration;

    @Option(names = "--evaluation", required = true, description = "other text to measure on")
    private Path evaluation;

    @Option(names = "--recipe", defaultValue = "bisup-w3a3-g128", description = "preset with every stage")
    private String recipe;

    @Option(names = "--samples", defaultValue = "32", description = "calibration windows")
    private int samples;

    @Option(names = "--length", defaultValue = "256", description = "tokens of every window")
    private int length;

    @Option(names = "--windows", defaultValue = "64", description = "evaluation windows at most")
    private int windows;

    @Option(names = "--system-prompt", description = "text of the prefix; BOS without it")
    private @Nullable String systemPrompt;

    @Option(names = "--device", defaultValue = "auto", description = "auto, cpu or cuda:N")
    private String device;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Recipe preset = Presets.load().get(recipe);
        Recipe whole = preset.withCalibration(
                new Recipe.Calibration(samples, length, preset.calibration().seed()));
        try (TensorRuntime runtime = TensorRuntime.open(ComputeDevice.parse(device))) {
            double exact = perplexity(ModelFolder.open(model, runtime));
            row("fp", exact, Double.NaN, 0, 0);
            double nearest = Double.NaN;
            for (Ablation step : Ablation.of(whole)) {
                nearest = measure(runtime, step, exact, nearest);
            }
        }
        return 0;
    }

    /** Prints one step; returns the perplexity of rounding to nearest. */
    private double measure(TensorRuntime runtime, Ablation step, double exact, double nearest) throws IOException {
        Path out = Files.createTempDirectory("bisup-ablation");
        long started = System.nanoTime();
        FolderQuantization.Result result = new FolderQuantization(runtime, Control.NONE)
                .run(
                        new FolderQuantization.Request(
                                model,
                                FolderDigest.sha256(model),
                                step.recipe(),
                                Files.readString(calibration),
                                systemPrompt,
                                length),
                        out,
                        List.of(),
                        (shard, report) -> {});
        double seconds = (System.nanoTime() - started) / 1e9;
        double quantized = perplexity(ModelFolder.open(out, runtime));
        double reference = exact;
        if (!result.prefixTokenIds().isEmpty()) {
            reference = perplexity(ModelFolder.open(model, runtime, result.prefixTokenIds()));
            row("fp behind the prefix", reference, Double.NaN, 0, 0);
        }
        double base = Double.isNaN(nearest) ? quantized : nearest;
        double recovered = Math.log(base / quantized) / Math.log(base / reference);
        row(step.name(), quantized, recovered, bytes(out), seconds);
        return base;
    }

    /** Of the first windows of the evaluation text, cut one after the other; closes the model. */
    private double perplexity(OpenModel opened) throws IOException {
        try (opened;
                Tokenizer tokenizer = Tokenizer.open(model)) {
            long[] ids = tokenizer.encode(Files.readString(evaluation), SpecialTokens.NEVER);
            List<long[]> cut =
                    Windows.consecutive(ids, length).stream().limit(windows).toList();
            double nats = 0;
            long tokens = 0;
            for (TokenScores scores : opened.model().score(cut)) {
                nats += scores.negativeLogLikelihood();
                tokens += scores.logProbabilities().length;
            }
            return Math.exp(nats / tokens);
        }
    }

    private static long bytes(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    private void row(String name, double perplexity, double recovered, long bytes, double seconds) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                Locale.ROOT,
                "%-22s perplexity %10.4f  recovered %6.1f %%  %9d bytes  %6.1f s%n",
                name,
                perplexity,
                100 * recovered,
                bytes,
                seconds);
        out.flush();
    }
}
