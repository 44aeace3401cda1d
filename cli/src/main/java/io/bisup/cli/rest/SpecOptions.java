package io.bisup.cli.rest;

import io.bisup.cli.UserErrorException;
import io.bisup.contract.PerplexitySpec;
import io.bisup.contract.QualityGate;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.contract.RecipeReference;
import io.bisup.contract.recipe.Calibration;
import io.bisup.contract.recipe.RecipeDocument;
import java.util.Arrays;
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

    @Option(
            names = "--evaluate",
            paramLabel = "DATASET:PROTOCOL:WINDOW",
            description = "perplexity to measure, repeatable; protocol gptq, c4-new or c4-old")
    private List<String> evaluate = List.of();

    @Option(names = "--max-ratio", paramLabel = "R", description = "quality gate: quantized over FP perplexity")
    private @Nullable Double maxRatio;

    @Option(names = "--label", paramLabel = "KEY=VALUE", description = "free label, repeatable")
    private Map<String, String> labels = Map.of();

    @SuppressWarnings("NullAway") // it does not see @Nullable on a nested type's name in a class file
    QuantizationJobSpec spec() {
        return new QuantizationJobSpec(
                model,
                recipe(),
                calibrationDataset,
                calibration == null ? null : calibration(calibration),
                systemPrompt == null ? null : SpecFiles.text(systemPrompt),
                evaluate.stream().map(SpecOptions::perplexity).toList(),
                maxRatio == null ? null : new QualityGate(maxRatio),
                labels);
    }

    private RecipeReference recipe() {
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

    static PerplexitySpec perplexity(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length != 3 || !parts[2].matches("\\d{1,9}")) {
            throw new UserErrorException(
                    "--evaluate: '" + text + "' is not DATASET:PROTOCOL:WINDOW; write for example wikitext2:gptq:2048");
        }
        PerplexitySpec.Protocol protocol = Arrays.stream(PerplexitySpec.Protocol.values())
                .filter(p -> p.id().equals(parts[1]))
                .findFirst()
                .orElseThrow(() -> new UserErrorException(
                        "--evaluate: '" + parts[1] + "' is no protocol; use gptq, c4-new or c4-old"));
        return new PerplexitySpec(parts[0], protocol, Integer.parseInt(parts[2]));
    }
}
