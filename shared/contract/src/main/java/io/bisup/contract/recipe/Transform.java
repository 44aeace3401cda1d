package io.bisup.contract.recipe;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.bisup.contract.Check;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** A change that leaves the full-precision function as it is and makes it easier to quantize; applied in the recipe's order. */
public sealed interface Transform {

    /**
     * Divides an input's channels by s and multiplies the weights' columns by it (SmoothQuant, arXiv 2211.10438; BiSup's Θ2).
     *
     * @param sites where; all but QUERY_KEY unless told
     * @param start s before learning
     * @param alpha exponent of SmoothQuant's start, 0 to 1
     * @param bound largest factor by which learning may leave the start, above 1
     * @param form how s is learnt
     * @param spareKeepers s stays 1 on the channels that {@link Keepers} hold
     */
    record Smooth(
            Set<Site> sites,
            Start start,
            @JsonProperty(defaultValue = "0.5") double alpha,
            @JsonProperty(defaultValue = "4") double bound,
            Form form,
            @JsonProperty(defaultValue = "false") boolean spareKeepers)
            implements Transform {
        /** s before learning. */
        public enum Start {
            /** max|X|^α / max|W|^(1−α). */
            SMOOTHQUANT,
            ONES
        }

        /** Readings of "soft-constrained" (methods §2.3). */
        public enum Form {
            /** s = s0·bound^tanh θ, one θ per channel (reading A). */
            BOUNDED,
            /** s = max|X|^σ(θ) / max|W|^(1−σ(θ)), one θ per site (reading C). */
            EXPONENT
        }

        /** The inputs of all linears. */
        public static final Set<Site> INPUTS =
                Collections.unmodifiableSet(EnumSet.of(Site.QKV, Site.O, Site.GATE_UP, Site.DOWN));

        public Smooth {
            sites = sites == null ? INPUTS : set(sites, "sites");
            start = start == null ? Start.SMOOTHQUANT : start;
            form = form == null ? Form.BOUNDED : form;
            Check.range(alpha, 0, 1, "alpha");
            Check.range(bound, 1.0001, 64, "bound");
        }
    }

    /**
     * Sorts an input's channels in ascending order, so that the outliers come last (Atom §4.1).
     *
     * @param by what is sorted by
     */
    record Reorder(By by) implements Transform {
        /** A statistic of a channel. */
        public enum By {
            SECOND_MOMENT,
            ABS_MAX
        }

        public Reorder {
            by = by == null ? By.SECOND_MOMENT : by;
        }
    }

    /**
     * Multiplies channels by an orthogonal matrix (QuaRot, arXiv 2404.00456).
     *
     * @param of which rotations
     * @param kind of matrix
     * @param seed of its random part
     */
    record Rotate(
            Set<Rotation> of,
            Kind kind,
            @JsonProperty(defaultValue = "0") long seed) implements Transform {
        /** What is rotated. */
        public enum Rotation {
            /** R1: the residual stream; folded into every weight, norms are fused first. */
            RESIDUAL,
            /** R2: each head's values; folded. */
            VALUE_HEADS,
            /** The same channel of all heads, before o; at run time. */
            ACROSS_HEADS,
            /** R4: the input of down; at run time. */
            DOWN
        }

        /** Which matrices. */
        public enum Kind {
            /** Hadamard, its signs random for R1; where none of the width is known, a random orthogonal factor takes its part. */
            HADAMARD,
            /** A random orthogonal matrix. */
            ORTHOGONAL
        }

        /** All four. */
        public static final Set<Rotation> ALL = Collections.unmodifiableSet(EnumSet.allOf(Rotation.class));

        public Rotate {
            of = of == null ? ALL : set(of, "of");
            kind = kind == null ? Kind.HADAMARD : kind;
            Check.range(seed, 0, Integer.MAX_VALUE, "seed");
        }
    }

    private static <E extends Enum<E>> Set<E> set(Set<E> values, String field) {
        Check.require(!values.isEmpty(), field, "is empty", "name at least one, or leave it out for all");
        return Collections.unmodifiableSet(EnumSet.copyOf(values));
    }
}
