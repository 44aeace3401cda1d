package io.bisup.bench;

import io.bisup.bench.methods.ReferenceData;
import io.bisup.contract.Presets;
import io.bisup.contract.recipe.Calibration;
import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.tensor.ComputeDevice;
import io.bisup.llm.tensor.TensorRuntime;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
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
        Path model = own == null ? ReferenceData.demoModel() : own.model;
        AblationTexts texts = own == null
                ? AblationTexts.demo()
                : AblationTexts.files(own.calibration, own.evaluation, own.systemPrompt);
        Recipe preset = Presets.load().get(recipe);
        Recipe whole = preset.withCalibration(
                new Calibration(samples, length, preset.calibration().seed()));
        out().printf("| step | perplexity | recovered | MB | seconds |%n|---|---:|---:|---:|---:|%n");
        try (TensorRuntime runtime = TensorRuntime.open(ComputeDevice.parse(device))) {
            Trial trial = new Trial(runtime, model, texts, length);
            double exact = trial.exact();
            out().printf(Locale.ROOT, "| FP | %.4f | | %.2f | |%n", exact, trial.megabytes());
            double nearest = Double.NaN;
            for (Ablation step : Ablation.of(whole)) {
                nearest = measure(trial, step, nearest);
            }
        }
        return 0;
    }

    /** Prints one step; returns what rounding to nearest loses. */
    private double measure(Trial trial, Ablation step, double nearest) throws IOException {
        Trial.Row row = trial.run(step.recipe());
        if (row.hasPrefix()) {
            out().printf(Locale.ROOT, "| FP behind the prefix | %.4f | | | |%n", row.exact());
        }
        double base = Double.isNaN(nearest) ? row.loss() : nearest;
        // Of rounding's loss in log-perplexity, each against its own FP model.
        double recovered = 100 * (1 - row.loss() / base);
        out().printf(
                        Locale.ROOT,
                        "| %s | %.4f | %.1f %% | %.2f | %.0f |%n",
                        step.name(),
                        row.perplexity(),
                        recovered,
                        row.megabytes(),
                        row.seconds());
        return base;
    }

    /** Picocli's writer, which flushes after each {@code printf}. */
    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
