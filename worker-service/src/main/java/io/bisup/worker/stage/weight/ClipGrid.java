package io.bisup.worker.stage.weight;

import java.util.stream.IntStream;

/** The clip factors that are tried when the fixed start would be too far from the optimum to be reached by learning. */
public final class ClipGrid {

    /** From this many bits on the optimum is near 1 and learning reaches it from the fixed start. */
    private static final int FINE_BITS = 4;

    /** σ(4) = 0.982: nearly no clipping, where the gradient is still alive (OmniQuant, arXiv 2308.13137). */
    public static final double FIXED_LOGIT = 4.0;

    private static final double LEAST = 0.3;
    private static final double STEP = 0.02;
    /** Keeps the logit of a factor of 1 finite. */
    private static final double MOST = 0.982;

    private ClipGrid() {}

    /** Whether a format of that many bits starts from a search. */
    public static boolean searches(int bits) {
        return bits < FINE_BITS;
    }

    /** 1.00, 0.98, ..., 0.30. */
    public static double[] factors() {
        int count = (int) Math.round((1 - LEAST) / STEP) + 1;
        return IntStream.range(0, count).mapToDouble(i -> 1 - i * STEP).toArray();
    }

    /** The logit of a factor, of at most the fixed start. */
    public static double logit(double factor) {
        double bounded = Math.min(factor, MOST);
        return Math.log(bounded / (1 - bounded));
    }
}
