package io.bisup.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.bisup.contract.recipe.Calibration;
import io.bisup.contract.recipe.Recipe;
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
 * @param evaluation what to measure, for the artifact and for the FP model
 * @param qualityGate what the result must reach
 * @param exports forms for other programs that are made together with the artifact
 * @param priority which of the tenant's own jobs start first; normal unless given
 * @param limits how long it may take, where that is less than the service allows; or null
 * @param labels free key-value pairs of the submitter: at most 32, keys of 1 to 63 and values of up to 255 characters
 */
public record QuantizationJobSpec(
        String model,
        RecipeReference recipe,
        String calibrationDataset,
        @Nullable Calibration calibration,
        @Nullable String systemPrompt,
        List<EvaluationSpec> evaluation,
        @Nullable QualityGate qualityGate,
        // A document that asks for none is the document of releases that knew none.
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<ExportFormat> exports,

        @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = Priority.Usual.class)
        Priority priority,

        @Nullable RunLimits limits,
        Map<String, String> labels) {

    public QuantizationJobSpec {
        Check.name(model, "model");
        Check.present(recipe, "recipe");
        Check.name(calibrationDataset, "calibrationDataset");
        evaluation = Check.list(evaluation, "evaluation");
        Check.range(evaluation.size(), 0, 16, "evaluation");
        distinct(evaluation, "evaluation");
        exports = Check.list(exports, "exports");
        distinct(exports, "exports");
        priority = priority == null ? Priority.NORMAL : priority;
        labels = Check.labels(labels);
        Check.require(
                qualityGate == null || !evaluation.isEmpty(),
                "qualityGate",
                "has nothing to judge by",
                "ask for at least one evaluation");
        List<String> unjudged = qualityGate == null ? List.of() : qualityGate.withoutEvaluation(evaluation);
        Check.require(
                unjudged.isEmpty(),
                "qualityGate/" + (unjudged.isEmpty() ? "" : unjudged.getFirst()),
                "has nothing to judge by",
                "ask for an evaluation of its kind: a perplexity, a divergence or a task");
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

    private static void distinct(List<?> asked, String field) {
        Check.require(
                Set.copyOf(asked).size() == asked.size(),
                field,
                "asks for the same thing twice",
                "leave one of them out");
    }

    /**
     * The whole recipe of this job: presets looked up, the calibration replaced where this spec gives its own.
     *
     * @throws InvalidSpecException naming the field at fault by its JSON Pointer in this spec
     */
    public Recipe resolvedRecipe(Presets presets) {
        Recipe resolved = recipe.resolve(presets);
        return calibration == null ? resolved : resolved.withCalibration(calibration);
    }
}
