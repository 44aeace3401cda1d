package io.bisup.bench;

import io.bisup.bench.methods.FittedRecipe;
import io.bisup.bench.methods.ReferenceData;
import io.bisup.contract.Presets;
import io.bisup.contract.recipe.Calibration;
import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.tensor.ComputeDevice;
import io.bisup.llm.tensor.TensorRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What each of BiSup's stages is worth: perplexity of FP, of the recipe's base, and of each stage added to the one before. */
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

    @Option(
            names = "--recipe",
            defaultValue = "bisup-w3a3-g128",
            description =
                    "preset with every stage; the steps begin with the preset that it builds on, or with rounding")
    private String recipe;

    @Option(names = "--samples", defaultValue = "32", description = "calibration windows")
    private int samples;

    @Option(names = "--length", defaultValue = "256", description = "tokens of every window")
    private int length;

    @Option(
            names = "--seeds",
            defaultValue = "1",
            paramLabel = "N",
            description = "draws of calibration windows; mean ± half range of more than one")
    private int seeds;

    @Option(names = "--search", description = "the search of ranges as a step of its own, before they are learnt")
    private boolean search;

    @Option(names = "--device", defaultValue = "auto", description = "auto, cpu or cuda:N")
    private String device;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (seeds < 1) {
            throw new ParameterException(spec.commandLine(), "--seeds is " + seeds + "; ask for at least 1");
        }
        Path model = own == null ? ReferenceData.demoModel() : own.model;
        AblationTexts texts = own == null
                ? AblationTexts.demo()
                : AblationTexts.files(own.calibration, own.evaluation, own.systemPrompt);
        Presets presets = Presets.load();
        List<Ablation> steps = Ablation.of(presets.preset(recipe), presets, search);
        int width = DecoderConfig.read(model).hiddenSize();
        AblationTable table = new AblationTable(spec.commandLine().getOut(), seeds > 1);
        try (TensorRuntime runtime = TensorRuntime.open(ComputeDevice.parse(device))) {
            Trial trial = new Trial(runtime, model, texts, length);
            table.exact(trial.exact(), trial.megabytes());
            for (Ablation step : steps) {
                table.step(step.name(), measured(trial, step.recipe(), width));
            }
        }
        return 0;
    }

    /** A row for each seed, from the preset's on. */
    private List<Trial.Row> measured(Trial trial, Recipe step, int width) throws IOException {
        List<Trial.Row> rows = new ArrayList<>();
        for (int i = 0; i < seeds; i++) {
            long seed = step.calibration().seed() + i;
            rows.add(trial.run(FittedRecipe.of(step, new Calibration(samples, length, seed), width)));
        }
        return rows;
    }
}
