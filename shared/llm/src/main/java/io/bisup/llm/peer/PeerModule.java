package io.bisup.llm.peer;

import io.bisup.llm.config.ModelConfigException;
import io.bisup.llm.config.ModelTensors;

/**
 * A layer with one weight, as other tools see it.
 *
 * @param name the weight's stored name without {@code .weight}, such as {@code model.layers.0.self_attn.q_proj}
 * @param rows output channels, or tokens of an embedding
 * @param columns input channels, or the width of an embedding
 */
public record PeerModule(String name, long rows, long columns) {

    static final String WEIGHT = ".weight";
    private static final String EMBEDDING = withoutSuffix(ModelTensors.EMBEDDING);
    private static final String HEAD = withoutSuffix(ModelTensors.HEAD);

    static String withoutSuffix(String weight) {
        return weight.substring(0, weight.length() - WEIGHT.length());
    }

    /** The name of PyTorch's class for it. */
    String className() {
        return name.equals(EMBEDDING) ? "Embedding" : "Linear";
    }

    /** Whether it is a linear layer of a block. */
    boolean isInBlock() {
        return !name.equals(EMBEDDING) && !name.equals(HEAD);
    }

    /** Refuses a group of input channels that does not divide them. */
    void requireWholeGroups(String field, int group) {
        if (group > 0 && columns % group != 0) {
            throw ModelConfigException.invalid(
                    field,
                    group + " does not divide the " + columns + " input channels of " + name,
                    "quantize that layer per channel, or ignore it");
        }
    }
}
