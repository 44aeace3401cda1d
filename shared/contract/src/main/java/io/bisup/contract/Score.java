package io.bisup.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;

/** What was measured for one {@link EvaluationSpec}. */
public sealed interface Score permits Measurement, TaskScore, DivergenceScore, PropagationScore {

    /** Reads any of them, by their fields. */
    @JsonCreator
    static Score from(JsonNode node) {
        if (node.has("divergence")) {
            return Json.convert(node, DivergenceScore.class);
        }
        if (node.has("propagation")) {
            return Json.convert(node, PropagationScore.class);
        }
        return node.path("quantized").has("task")
                ? Json.convert(node, TaskScore.class)
                : Json.convert(node, Measurement.class);
    }
}
