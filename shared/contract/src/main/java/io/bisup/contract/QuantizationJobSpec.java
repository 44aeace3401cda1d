package io.bisup.contract;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a team posts.
 *
 * @param model name of a registered model
 * @param recipe name of a preset, or a whole recipe
 * @param calibrationDataset name of the registered data set to calibrate on; it must not be one that is evaluated on
 * @param calibration how much of it is read, instead of what the recipe says; or null
 * @param systemPrompt text whose key-value cache stays in high precision when the recipe says so
 * @param evaluation perplexities to measure, for the artifact and for the FP model
 * @param qualityGate what the result must reach
 * @param labels free key-value pairs of the submitter: at most 32, keys of 1 to 63 and values of up to 255 characters
 */
public record QuantizationJobSpec(
        String model,
        RecipeReference recipe,
        String calibrationDataset,
        Recipe.@Nullable Calibration calibration,
        @Nullable String systemPrompt,
        List<PerplexitySpec> evaluation,
        @Nullable QualityGate qualityGate,
        Map<String, String> labels) {

    public QuantizationJobSpec {
        Check.name(model, "model");
        Check.present(recipe, "recipe");
        Check.name(calibrationDataset, "calibrationDataset");
        evaluation = Check.list(evaluation, "evaluation");
        Check.range(evaluation.size(), 0, 16, "evaluation");
        Check.require(
                Set.copyOf(evaluation).size() == evaluation.size(),
                "evaluation",
                "asks for the same perplexity twice",
                "leave one of them out");
        labels = Check.labels(labels);
        Check.require(
                qualityGate == null || !evaluation.isEmpty(),
                "qualityGate",
                "has nothing to judge by",
                "ask for at least one evaluation");
        for (int i = 0; i < evaluation.size(); i++) {
            Check.require(
                    !evaluation.get(i).dataset().equals(calibrationDataset),
                    "calibrationDataset",
                    "'" + calibrationDataset + "' is also evaluated on",
                    "calibrate on a split that is not evaluated, or the figure means nothing");
        }
        Check.require(
                systemPrompt == null || (!systemPrompt.isBlank() && systemPrompt.length() <= 65_536),
                "systemPrompt",
                "is blank or longer than 65,536 characters",
                "leave it out or shorten it");
    }

    /** The whole recipe of this job: the preset looked up, the calibration replaced where this spec gives its own. */
    public Recipe resolvedRecipe(Presets presets) {
        Recipe resolved = recipe.resolve(presets);
        return calibration == null ? resolved : resolved.withCalibration(calibration);
    }
}
