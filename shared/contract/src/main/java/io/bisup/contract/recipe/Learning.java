package io.bisup.contract.recipe;

import io.bisup.contract.Check;
import java.util.EnumSet;
import java.util.Set;

/**
 * Block-wise training (BiSup, arXiv 2405.15346).
 *
 * @param of what is learnt
 * @param epochs passes over the samples for each block
 * @param rate AdamW's, for ranges and transforms
 * @param lowRankRate AdamW's, for the low-rank branches; small, because few samples must not be learnt by heart
 * @param heldOut samples kept aside to see over-fitting; never more than a quarter of them, see {@link #heldOutOf}
 * @param objective what is minimised
 */
public record Learning(Set<Space> of, int epochs, double rate, double lowRankRate, int heldOut, Objective objective) {

    /** What can be learnt. */
    public enum Space {
        /** Θ1: ranges of weights, inputs and cache. */
        RANGES,
        /** Θ2: smoothing factors. */
        TRANSFORMS,
        /** Θ3: low-rank branches. */
        LOW_RANK
    }

    /** The loss of a block. */
    public enum Objective {
        /** Mean squared error of the block's output. */
        MSE,
        /** The same, a token counting the more, the more attention it receives (methods §2.7, E1). */
        TOKEN_WEIGHTED,
        /** The same, a channel counting by the final loss's squared gradient (methods §2.7, E4). */
        GRADIENT_WEIGHTED
    }

    public Learning {
        of = of == null || of.isEmpty() ? EnumSet.allOf(Space.class) : EnumSet.copyOf(of);
        objective = objective == null ? Objective.MSE : objective;
        lowRankRate = lowRankRate == 0 ? 5e-4 : lowRankRate;
        Check.range(epochs, 1, 1000, "epochs");
        Check.range(rate, 0, 1, "rate");
        Check.range(lowRankRate, 0, 1, "lowRankRate");
        Check.range(heldOut, 0, 1024, "heldOut");
    }

    /** How many of so many samples are held out: at most a quarter, for what is held out is not learnt from. */
    public int heldOutOf(int samples) {
        return Math.min(heldOut, samples / 4);
    }
}
