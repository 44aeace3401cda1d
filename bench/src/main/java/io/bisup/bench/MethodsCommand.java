package io.bisup.bench;

import io.bisup.contract.Json;
import io.bisup.contract.Presets;
import io.bisup.contract.recipe.Calibration;
import io.bisup.contract.recipe.Keepers;
import io.bisup.contract.recipe.Learning;
import io.bisup.contract.recipe.LowRank;
import io.bisup.contract.recipe.Precision;
import io.bisup.contract.recipe.Preset;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.RecipeDocument;
import io.bisup.contract.recipe.StoredBits;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.tensor.ComputeDevice;
import io.bisup.llm.tensor.TensorRuntime;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Every method beside every other on one model: perplexity, what was lost, and what it takes. */
@Command(
        name = "methods",
        description =
                "Perplexity of recipes on one model; all presets, and the demo model on its own text, unless told.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class MethodsCommand implements Callable<Integer> {

    /** Another model than the demo's comes with its texts. */
    static final class Own {
        @Option(names = "--model", required = true, description = "checkpoint folder")
        private Path model;

        @Option(names = "--calibration", required = true, description = "text to calibrate on")
        private Path calibration;

        @Option(names = "--evaluation", required = true, description = "other text to measure on")
        private Path evaluation;
    }

    @ArgGroup(exclusive = false)
    private @Nullable Own own;

    @Option(names = "--presets", split = ",", description = "names; all of them unless told")
    private List<String> names = List.of();

    @Option(names = "--recipes", split = ",", description = "YAML files of recipes, behind the presets named")
    private List<Path> files = List.of();

    @Option(
            names = "--seeds",
            split = ",",
            description = "seeds of the calibration, a row for each; the recipe's unless told")
    private List<Long> seeds = List.of();

    @Option(names = "--samples", defaultValue = "32", description = "calibration windows")
    private int samples;

    @Option(names = "--length", defaultValue = "256", description = "tokens of every window")
    private int length;

    @Option(names = "--keepers", defaultValue = "128", description = "most channels that a preset keeps at more bits")
    private int keepers;

    @Option(names = "--rank", defaultValue = "32", description = "most columns of a low-rank branch")
    private int rank;

    @Option(names = "--device", defaultValue = "auto", description = "auto, cpu or cuda:N")
    private String device;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Path folder = own == null ? Path.of(System.getProperty("bisup.home", "."), "demo-model/model") : own.model;
        AblationTexts texts =
                own == null ? AblationTexts.demo() : AblationTexts.files(own.calibration, own.evaluation, null);
        DecoderConfig config = DecoderConfig.read(folder);
        List<Recipe> recipes = recipes();
        out().printf("| method | perplexity | FP | loss, nats | bits a weight | MB | seconds |%n");
        out().printf("|---|---:|---:|---:|---:|---:|---:|%n");
        try (TensorRuntime runtime = TensorRuntime.open(ComputeDevice.parse(device))) {
            Trial trial = new Trial(runtime, folder, texts, length);
            for (Recipe recipe : recipes) {
                List<Long> drawn =
                        seeds.isEmpty() ? List.of(recipe.calibration().seed()) : seeds;
                for (long seed : drawn) {
                    print(trial, config, fitted(recipe, seed));
                }
            }
        }
        return 0;
    }

    /** An unknown name ends the command with the names that there are. */
    private List<Recipe> recipes() throws IOException {
        Presets presets = Presets.load();
        if (names.isEmpty() && files.isEmpty()) {
            return presets.all().stream().map(Preset::recipe).toList();
        }
        List<Recipe> recipes = new ArrayList<>(names.stream().map(presets::get).toList());
        for (Path file : files) {
            recipes.add(Json.yaml(Files.readString(file), RecipeDocument.class).resolve(presets::get));
        }
        return recipes;
    }

    private void print(Trial trial, DecoderConfig config, Recipe recipe) throws IOException {
        Trial.Row row = trial.run(recipe);
        out().printf(
                        Locale.ROOT,
                        "| %s | %.3f | %.3f | %.3f | %.2f | %.2f | %.0f |%n",
                        seeds.isEmpty()
                                ? recipe.name()
                                : recipe.name() + ", seed "
                                        + recipe.calibration().seed(),
                        row.perplexity(),
                        row.exact(),
                        row.loss(),
                        StoredBits.perWeight(recipe, config.hiddenSize(), config.hiddenSize()),
                        row.megabytes(),
                        row.seconds());
    }

    /** The recipe with the calibration that was asked for, and sizes that fit a small model. */
    private Recipe fitted(Recipe recipe, long seed) {
        Precision p = recipe.precision();
        Keepers kept = p.keepers();
        LowRank branch = recipe.compensation();
        Learning learning = recipe.learning();
        return new Recipe(
                recipe.version(),
                recipe.name(),
                recipe.transforms(),
                new Precision(
                        p.weights(),
                        p.inputs(),
                        p.cache(),
                        kept == null ? null : new Keepers(Math.min(keepers, kept.channels()), kept.bits()),
                        p.overrides()),
                recipe.ranges(),
                recipe.rounding(),
                branch == null
                        ? null
                        : new LowRank(
                                Math.min(rank, branch.rank()),
                                branch.energy(),
                                branch.start(),
                                branch.reads(),
                                Math.min(rank / 2, branch.outliers())),
                learning,
                recipe.prefix(),
                new Calibration(samples, length, seed));
    }

    /** Picocli's writer, which flushes after each {@code printf}. */
    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
