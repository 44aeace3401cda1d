package io.bisup.llm.weight;

import ai.djl.ndarray.NDArray;
import org.jspecify.annotations.Nullable;

/** A way to turn a weight's values into codes. */
public interface Rounder {

    /**
     * Rounds a weight. Scales are bfloat16 numbers, and the codes are those that fit the scales so stored.
     *
     * @param name for messages
     * @param weight [out, in] float32; not changed
     * @param inputs of the weight; null where the rounder does not look at them
     * @return owned by the caller
     * @throws io.bisup.contract.FailureException when the weight holds NaN or infinity
     */
    Rounded round(String name, NDArray weight, WeightGrid grid, @Nullable SecondMoments inputs);
}
