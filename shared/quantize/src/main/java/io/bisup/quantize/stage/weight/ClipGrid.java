package io.bisup.quantize.stage.weight;

import java.util.stream.IntStream;

/** The clip factors that are tried before learning, because learning alone is slow to reach the optimum. */
final class ClipGrid {

    /** σ(4) = 0.982 is as near to 1 as a start may be: above, the gradient is nearly dead (OmniQuant, arXiv 2308.13137). */
    static final double LARGEST_LOGIT = 4.0;

    private static final double LEAST = 0.3;
    private static final double STEP = 0.02;

    private ClipGrid() {}

    /** 1.00, 0.98, ..., 0.30. */
    static double[] factors() {
        int count = (int) Math.round((1 - LEAST) / STEP) + 1;
        return IntStream.range(0, count).mapToDouble(i -> 1 - i * STEP).toArray();
    }

    /** The logit of a factor, bounded by {@link #LARGEST_LOGIT}. */
    static double logit(double factor) {
        return Math.min(LARGEST_LOGIT, Math.log(factor / (1 - factor)));
    }
}
