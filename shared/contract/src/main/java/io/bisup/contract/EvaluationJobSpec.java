package io.bisup.contract;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An evaluation without a quantization.
 *
 * @param model name of a registered model to measure; or null
 * @param artifact id of the quantization job whose artifact is measured beside its FP model; or null
 * @param evaluation what to measure
 * @param labels free key-value pairs of the submitter, at most 32
 */
public record EvaluationJobSpec(
        @Nullable String model,
        @Nullable String artifact,
        List<EvaluationSpec> evaluation,
        Map<String, String> labels) {

    public EvaluationJobSpec {
        Check.require(
                (model == null) != (artifact == null),
                model == null ? "model" : "artifact",
                "is one of two subjects",
                "name either a model or an artifact");
        if (model != null) {
            Check.name(model, "model");
        }
        evaluation = evaluation == null ? List.of() : List.copyOf(evaluation);
        Check.range(evaluation.size(), 1, 64, "evaluation");
        Check.require(
                Set.copyOf(evaluation).size() == evaluation.size(),
                "evaluation",
                "asks for the same thing twice",
                "leave one of them out");
        for (int i = 0; i < evaluation.size(); i++) {
            Check.require(
                    artifact != null || !comparesTwo(evaluation.get(i)),
                    "evaluation",
                    "compares a model with itself",
                    "name an artifact, or leave it out");
        }
        labels = labels == null ? Map.of() : Map.copyOf(labels);
        Check.range(labels.size(), 0, 32, "labels");
    }

    /** Whether it is of two models, an artifact and the one it was made of. */
    private static boolean comparesTwo(EvaluationSpec spec) {
        return switch (spec) {
            case DivergenceSpec divergence -> true;
            case PropagationSpec propagation -> true;
            case PerplexitySpec perplexity -> false;
            case TaskSpec task -> false;
        };
    }
}
