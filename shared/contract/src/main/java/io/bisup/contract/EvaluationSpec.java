package io.bisup.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;

/**
 * One thing to measure. A document with a field "task" is a {@link TaskSpec}, with "divergence" a {@link DivergenceSpec}, with
 * "propagation" a {@link PropagationSpec}, otherwise a {@link PerplexitySpec}.
 */
public sealed interface EvaluationSpec permits PerplexitySpec, TaskSpec, DivergenceSpec, PropagationSpec {

    /** Name of the registered data set. */
    String dataset();

    /** Tokens of each window; 0 where documents set the length. */
    int window();

    /** Reads any of them. */
    @JsonCreator
    static EvaluationSpec from(JsonNode node) {
        if (!node.isObject()) {
            throw new InvalidSpecException("", "is no object", "write {\"dataset\": ..., \"window\": ...}");
        }
        if (node.has("task")) {
            return Json.convert(node, TaskSpec.class);
        }
        if (node.has("propagation")) {
            return Json.convert(node, PropagationSpec.class);
        }
        return node.has("divergence")
                ? Json.convert(node, DivergenceSpec.class)
                : Json.convert(node, PerplexitySpec.class);
    }
}
