package io.bisup.llm.weight;

import ai.djl.ndarray.NDArray;
import org.jspecify.annotations.Nullable;

/**
 * What rounding knows of a weight's inputs x̂ (quantized as they will be at run time) over all calibration tokens.
 *
 * @param gram Σ x̂ x̂ᵀ, [in, in]
 * @param tokens terms of the sum
 * @param cross Σ (x − x̂) x̂ᵀ with the full-precision inputs x of the same tokens, [in, in]; null where they were not observed
 */
public record SecondMoments(
        NDArray gram, long tokens, @Nullable NDArray cross) {
    /** @throws IllegalArgumentException for fewer than one token */
    public SecondMoments {
        if (tokens < 1) {
            throw new IllegalArgumentException("second moments over " + tokens + " tokens; observe one or more");
        }
    }

    /** Moments of the quantized inputs alone: gram [in, in], as above. */
    public static SecondMoments of(NDArray gram, long tokens) {
        return new SecondMoments(gram, tokens, null);
    }
}
