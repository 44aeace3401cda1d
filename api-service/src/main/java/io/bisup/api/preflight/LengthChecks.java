package io.bisup.api.preflight;

import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.contract.Recipe;
import io.bisup.llm.config.DecoderConfig;

/** Whether windows fit into the model's context. */
final class LengthChecks {

    private LengthChecks() {}

    static void check(QuantizationJobSpec spec, Recipe recipe, DecoderConfig config, Findings findings) {
        int context = config.maxPositions();
        int length = recipe.calibration().sequenceLength();
        if (length > context) {
            findings.add(
                    ProblemKind.UNSUPPORTED_RECIPE,
                    spec.calibration() != null
                            ? "/calibration/sequenceLength"
                            : RecipeChecks.pointer(spec, "/calibration/sequenceLength"),
                    "calibration windows of " + length + " tokens exceed the model's context of " + context,
                    "set calibration.sequenceLength in the spec to at most " + context);
        }
        for (int i = 0; i < spec.evaluation().size(); i++) {
            int window = spec.evaluation().get(i).window();
            if (window > context) {
                findings.add(
                        ProblemKind.INVALID_SPEC,
                        "/evaluation/" + i + "/window",
                        "a window of " + window + " tokens exceeds the model's context of " + context,
                        "use at most " + context);
            }
        }
    }
}
