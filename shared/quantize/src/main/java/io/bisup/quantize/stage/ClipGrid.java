package io.bisup.quantize.stage;

import java.util.stream.IntStream;

/** The clip factors that are tried before learning, because learning alone is slow to reach the optimum. */
final class ClipGrid {

    /** σ(4) = 0.982 is as near to 1 as a learnt start may be: above, the gradient is nearly dead (OmniQuant, arXiv 2308.13137). */
    static final double LARGEST_LEARNT = 4.0;

    /** σ(17) is 1 in float32. */
    private static final double LARGEST_CONSTANT = 17;

    private static final double LEAST = 0.3;
    private static final double STEP = 0.02;

    private ClipGrid() {}

    /** 1.00, 0.98, ..., 0.30. */
    static double[] factors() {
        int count = (int) Math.round((1 - LEAST) / STEP) + 1;
        return IntStream.range(0, count).mapToDouble(i -> 1 - i * STEP).toArray();
    }

    /** The largest logit, of what is learnt and of what is not. */
    static double largest(boolean learnt) {
        return learnt ? LARGEST_LEARNT : LARGEST_CONSTANT;
    }

    /** The logit of a factor, bounded by {@link #largest}. */
    static double logit(double factor, boolean learnt) {
        return Math.min(largest(learnt), Math.log(factor / (1 - factor)));
    }
}
