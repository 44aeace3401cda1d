package io.bisup.cli.rest;

import io.bisup.cli.UserErrorException;
import io.bisup.contract.Priority;
import io.bisup.contract.QualityGate;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.contract.RecipeReference;
import io.bisup.contract.recipe.Calibration;
import io.bisup.contract.recipe.RecipeDocument;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A job's spec as options. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class SpecOptions {

    @Option(names = "--model", paramLabel = "NAME", required = true, description = "registered model")
    private String model;

    @Option(
            names = "--recipe",
            paramLabel = "NAME|FILE",
            required = true,
            description = "preset (see: bisup recipes), or a recipe file ending in .yaml or .json")
    private String recipe;

    @Option(
            names = "--calibration-dataset",
            paramLabel = "NAME",
            required = true,
            description = "registered data set to calibrate on")
    private String calibrationDataset;

    @Option(
            names = "--calibration",
            paramLabel = "SAMPLESxLENGTH[@SEED]",
            description = "read so many windows of so many tokens, instead of what the recipe says")
    private @Nullable String calibration;

    @Option(names = "--system-prompt", paramLabel = "FILE", description = "text whose keys and values stay precise")
    private @Nullable String systemPrompt;

    @Option(names = "--evaluate", paramLabel = "DATASET:PROTOCOL:WINDOW", description = EvaluateOption.DESCRIPTION)
    private List<String> evaluate = List.of();

    @Option(names = "--max-ratio", paramLabel = "R", description = "quality gate: quantized over FP perplexity")
    private @Nullable Double maxRatio;

    @Option(names = "--max-kl", paramLabel = "NATS", description = "quality gate: mean divergence from the FP model")
    private @Nullable Double maxKl;

    @Option(names = "--max-drop", paramLabel = "POINTS", description = "quality gate: accuracy lost, of 100")
    private @Nullable Double maxDrop;

    @Option(
            names = "--max-drop-errors",
            paramLabel = "N",
            description = "quality gate: accuracy lost, in standard errors of the paired difference")
    private @Nullable Double maxDropErrors;

    @Option(
            names = "--export",
            paramLabel = "FORMAT",
            split = ",",
            description = "export the artifact as well, repeatable: " + ExportOption.FORMATS)
    private List<String> exports = List.of();

    @Option(
            names = "--priority",
            paramLabel = "low|normal|high",
            description = "which of your own jobs start first (default: normal)")
    private Priority priority = Priority.NORMAL;

    @Option(names = "--label", paramLabel = "KEY=VALUE", description = "free label, repeatable")
    private Map<String, String> labels = Map.of();

    @SuppressWarnings("NullAway") // it does not see @Nullable on a nested type's name in a class file
    QuantizationJobSpec spec() {
        return new QuantizationJobSpec(
                model,
                recipe(recipe),
                calibrationDataset,
                calibration == null ? null : calibration(calibration),
                systemPrompt == null ? null : SpecFiles.text(systemPrompt),
                evaluate.stream().map(EvaluateOption::parse).toList(),
                gate(),
                exports.stream().map(ExportOption::parse).toList(),
                priority,
                null,
                labels);
    }

    private @Nullable QualityGate gate() {
        boolean none = maxRatio == null && maxKl == null && maxDrop == null && maxDropErrors == null;
        return none ? null : new QualityGate(maxRatio, maxKl, maxDrop, maxDropErrors);
    }

    /** A preset's name, or a file's recipe. */
    static RecipeReference recipe(String recipe) {
        boolean file = recipe.endsWith(".yaml") || recipe.endsWith(".yml") || recipe.endsWith(".json");
        return file
                ? new RecipeReference.Inline(SpecFiles.read(recipe, RecipeDocument.class))
                : new RecipeReference.Preset(recipe);
    }

    static Calibration calibration(String text) {
        String[] parts = text.split("[x@]", -1);
        if (!text.matches("\\d{1,9}x\\d{1,9}(@\\d{1,9})?")) {
            throw new UserErrorException(
                    "--calibration: '" + text + "' is not SAMPLESxLENGTH[@SEED]; write for example 128x2048@0");
        }
        long seed = parts.length == 3 ? Long.parseLong(parts[2]) : 0;
        return new Calibration(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), seed);
    }
}
