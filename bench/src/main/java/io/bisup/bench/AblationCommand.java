package io.bisup.bench;

import io.bisup.contract.Folders;
import io.bisup.contract.PerplexitySpec.Protocol;
import io.bisup.contract.Presets;
import io.bisup.contract.recipe.Calibration;
import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.folder.ModelFolder;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.tensor.ComputeDevice;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.token.Tokenizer;
import io.bisup.measure.Perplexity;
import io.bisup.quantize.block.Control;
import io.bisup.quantize.export.FolderDigest;
import io.bisup.quantize.run.FolderQuantization;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What each of BiSup's stages is worth: perplexity of FP, rounding to nearest, and each stage added to the one before. */
@Command(
        name = "ablation",
        description = "Perplexity with each of BiSup's stages added; the demo model on its own text unless told.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class AblationCommand implements Callable<Integer> {

    /** Another model than the demo's comes with its texts. */
    static final class Own {
        @Option(names = "--model", required = true, description = "checkpoint folder")
        private Path model;

        @Option(names = "--calibration", required = true, description = "text to calibrate on")
        private Path calibration;

        @Option(names = "--evaluation", required = true, description = "other text to measure on")
        private Path evaluation;

        @Option(names = "--system-prompt", description = "text of the prefix; BOS without it")
        private @Nullable String systemPrompt;
    }

    @ArgGroup(exclusive = false)
    private @Nullable Own own;

    @Option(names = "--recipe", defaultValue = "bisup-w3a3-g128", description = "preset with every stage")
    private String recipe;

    @Option(names = "--samples", defaultValue = "32", description = "calibration windows")
    private int samples;

    @Option(names = "--length", defaultValue = "256", description = "tokens of every window")
    private int length;

    @Option(names = "--device", defaultValue = "auto", description = "auto, cpu or cuda:N")
    private String device;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Path model = own == null ? Path.of(System.getProperty("bisup.home", "."), "demo-model/model") : own.model;
        AblationTexts texts = own == null
                ? AblationTexts.demo()
                : AblationTexts.files(own.calibration, own.evaluation, own.systemPrompt);
        Recipe preset = Presets.load().get(recipe);
        Recipe whole = preset.withCalibration(
                new Calibration(samples, length, preset.calibration().seed()));
        out().printf("| step | perplexity | recovered | MB | seconds |%n|---|---:|---:|---:|---:|%n");
        try (TensorRuntime runtime = TensorRuntime.open(ComputeDevice.parse(device))) {
            double exact = perplexity(ModelFolder.open(model, runtime), texts);
            out().printf(Locale.ROOT, "| FP | %.4f | | %.2f | |%n", exact, megabytes(model));
            double nearest = Double.NaN;
            for (Ablation step : Ablation.of(whole)) {
                nearest = measure(runtime, model, texts, step, exact, nearest);
            }
        }
        return 0;
    }

    /** Prints one step; returns the perplexity of rounding to nearest. */
    private double measure(
            TensorRuntime runtime, Path model, AblationTexts texts, Ablation step, double exact, double nearest)
            throws IOException {
        Path out = Files.createTempDirectory("bisup-ablation");
        long started = System.nanoTime();
        FolderQuantization.Result result = quantize(runtime, model, texts, step.recipe(), out);
        double seconds = (System.nanoTime() - started) / 1e9;
        double quantized = perplexity(ModelFolder.open(out, runtime), texts);
        double reference = exact;
        if (!result.prefixTokenIds().isEmpty()) {
            reference = perplexity(ModelFolder.open(model, runtime, result.prefixTokenIds()), texts);
            out().printf(Locale.ROOT, "| FP behind the prefix | %.4f | | | |%n", reference);
        }
        double megabytes = megabytes(out);
        double base = Double.isNaN(nearest) ? quantized : nearest;
        // Of rounding's loss in log-perplexity, each against its own FP model.
        double recovered = 100 * (1 - Math.log(quantized / reference) / Math.log(base / exact));
        Folders.delete(out);
        out().printf(
                        Locale.ROOT,
                        "| %s | %.4f | %.1f %% | %.2f | %.0f |%n",
                        step.name(),
                        quantized,
                        recovered,
                        megabytes,
                        seconds);
        return base;
    }

    private FolderQuantization.Result quantize(
            TensorRuntime runtime, Path model, AblationTexts texts, Recipe recipe, Path out) {
        var request = new FolderQuantization.Request(
                model, FolderDigest.sha256(model), recipe, texts.calibration(), texts.systemPrompt(), length);
        return new FolderQuantization(runtime, Control.NONE).run(request, out, List.of(), (shard, report) -> {});
    }

    /** By the GPTQ protocol; closes the model. */
    private double perplexity(OpenModel opened, AblationTexts texts) {
        try (opened;
                Tokenizer tokenizer = opened.openTokenizer()) {
            return new Perplexity(opened.model(), opened.prefixIds(), tokenizer, Clock.systemUTC())
                    .measure(texts.evaluation(), Protocol.GPTQ, length, (windows, of) -> {})
                    .perplexity();
        }
    }

    private static double megabytes(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".safetensors"))
                            .mapToLong(file -> file.toFile().length())
                            .sum()
                    / 1e6;
        }
    }

    /** Picocli's writer, which flushes after each {@code printf}. */
    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
