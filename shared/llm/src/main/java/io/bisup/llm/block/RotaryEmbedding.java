package io.bisup.llm.block;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.RopeScaling;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.TensorRuntime;

/**
 * Rotary position embedding (Su et al., 2021): tables of cosines and sines, grown as positions are asked for.
 *
 * <p>Angles are products in float32, as in Hugging Face transformers, so that far positions agree with the models' training.
 * LongRoPE (Ding et al., 2024) has other frequencies for sequences beyond the trained context; as in transformers, all
 * positions of one call take those of the sequence's end, and keys that a cache already holds stay as they were.
 */
public final class RotaryEmbedding implements AutoCloseable {
    private static final int FIRST_POSITIONS = 512;

    /**
     * Cosines and sines of consecutive positions, times the amplitude that LongRoPE gives them (1 otherwise).
     *
     * @param cosines [time, headDim / 2]
     * @param sines [time, headDim / 2]
     */
    public record Angles(NDArray cosines, NDArray sines) {}

    private final RotaryTable trained;
    private final RotaryTable extended;
    private final long trainedContext;
    private final TensorOwner owned;

    /** The embedding of a model whose hidden states have the given type. */
    public RotaryEmbedding(TensorRuntime runtime, DecoderConfig config, DataType type) {
        int positions = Math.min(config.maxPositions(), FIRST_POSITIONS);
        try (TensorOwner owner = new TensorOwner()) {
            trained = owner.own(new RotaryTable(runtime, RotaryFrequencies.of(config), type, positions));
            if (config.ropeScaling() instanceof RopeScaling.LongRope rope) {
                extended =
                        owner.own(new RotaryTable(runtime, RotaryFrequencies.ofLongSequences(config), type, positions));
                trainedContext = rope.originalMaxPositions();
            } else {
                extended = trained;
                trainedContext = Long.MAX_VALUE;
            }
            owned = owner.keep();
        }
    }

    /**
     * The angles [count, headDim / 2] of positions {@code first} to {@code first + count - 1}, the last of the sequence.
     */
    public Angles angles(long first, long count) {
        return (first + count > trainedContext ? extended : trained).angles(first, count);
    }

    @Override
    public void close() {
        owned.close();
    }
}
