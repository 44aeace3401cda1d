package io.bisup.llm.model;

import io.bisup.llm.config.BlockTensor;
import java.util.List;

/** The four places of a block where an activation enters linear layers. */
public enum BlockInput {
    /** Normalised hidden state, read by q, k and v. */
    ATTENTION(List.of(BlockTensor.QUERY, BlockTensor.KEY, BlockTensor.VALUE)),
    /** Concatenated heads, read by o. */
    OUTPUT(List.of(BlockTensor.OUTPUT)),
    /** Normalised hidden state, read by gate and up. */
    FEED_FORWARD(List.of(BlockTensor.GATE, BlockTensor.UP)),
    /** Gated activation, read by down. */
    DOWN(List.of(BlockTensor.DOWN));

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<BlockTensor> weights;

    BlockInput(List<BlockTensor> weights) {
        this.weights = weights;
    }

    /** The weights that read this input, in the order of {@link LinearGroup#apply}'s results. */
    public List<BlockTensor> weights() {
        return weights;
    }
}
