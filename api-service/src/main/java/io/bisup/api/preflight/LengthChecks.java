package io.bisup.api.preflight;

import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.contract.recipe.Prefix;
import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.config.DecoderConfig;

/** Whether windows fit into the model's context. */
final class LengthChecks {

    private LengthChecks() {}

    static void check(QuantizationJobSpec spec, Recipe recipe, DecoderConfig config, Findings findings) {
        // At least a start token; how many a system prompt has, the worker knows first and refuses before any block.
        int prefix = recipe.prefix() instanceof Prefix.None ? 0 : 1;
        int context = config.maxPositions() - prefix;
        String room = "the model's context of " + config.maxPositions() + (prefix == 0 ? "" : " behind a prefix");
        int length = recipe.calibration().sequenceLength();
        if (length > context) {
            findings.add(
                    ProblemKind.UNSUPPORTED_RECIPE,
                    spec.calibration() != null
                            ? "/calibration/sequenceLength"
                            : RecipeChecks.pointer(spec, "/calibration/sequenceLength"),
                    "calibration windows of " + length + " tokens exceed " + room,
                    "set calibration.sequenceLength in the spec to at most " + context);
        }
        for (int i = 0; i < spec.evaluation().size(); i++) {
            int window = spec.evaluation().get(i).window();
            if (window > context) {
                findings.add(
                        ProblemKind.INVALID_SPEC,
                        "/evaluation/" + i + "/window",
                        "a window of " + window + " tokens exceeds " + room,
                        "use at most " + context);
            }
        }
    }
}
