package io.bisup.contract.recipe;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.bisup.contract.Check;
import java.util.Collections;
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
public record Learning(
        Set<Space> of,
        @JsonProperty(defaultValue = "5") int epochs,
        @JsonProperty(defaultValue = "0.005") double rate,
        @JsonProperty(defaultValue = "0.0005") double lowRankRate,
        @JsonProperty(defaultValue = "16") int heldOut,
        Objective objective) {

    /** What can be learnt. */
    public enum Space {
        /** Θ1: ranges of weights, inputs and cache; the three below in one word. */
        RANGES,
        WEIGHT_RANGES,
        INPUT_RANGES,
        CACHE_RANGES,
        /** Θ2: smoothing factors. */
        TRANSFORMS,
        /** Θ3: low-rank branches. */
        LOW_RANK;

        private static final Set<Space> PARTS = EnumSet.of(WEIGHT_RANGES, INPUT_RANGES, CACHE_RANGES);

        /** One way to say it: all three parts are written RANGES, and RANGES takes its parts in. */
        private static Set<Space> canonical(Set<Space> spaces) {
            Check.require(!spaces.isEmpty(), "of", "is empty", "name what is learnt, or leave learning out");
            EnumSet<Space> canonical = EnumSet.copyOf(spaces);
            if (canonical.containsAll(PARTS)) {
                canonical.add(RANGES);
            }
            if (canonical.contains(RANGES)) {
                canonical.removeAll(PARTS);
            }
            return Collections.unmodifiableSet(canonical);
        }
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
        of = Space.canonical(Check.present(of, "of"));
        objective = objective == null ? Objective.MSE : objective;
        Check.range(epochs, 1, 1000, "epochs");
        Check.range(rate, 0, 1, "rate");
        Check.range(lowRankRate, 0, 1, "lowRankRate");
        Check.range(heldOut, 0, 1024, "heldOut");
    }

    /** Whether {@code space} is learnt; a kind of range also is where all RANGES are. */
    public boolean learns(Space space) {
        return of.contains(space) || (Space.PARTS.contains(space) && of.contains(Space.RANGES));
    }

    /** How many of so many samples are held out: at most a quarter, for what is held out is not learnt from. */
    public int heldOutOf(int samples) {
        return Math.min(heldOut, samples / 4);
    }
}
