package io.bisup.contract.recipe;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.bisup.contract.Check;

/** How much of the values' range the codes cover before anything is learnt. */
public sealed interface Range {

    /** All of it. */
    record Full() implements Range {}

    /**
     * A constant part.
     *
     * @param factor in (0, 1]
     */
    record Fixed(double factor) implements Range {
        public Fixed {
            Check.range(factor, 0.05, 1, "factor");
        }
    }

    /**
     * The part with the least error, of a grid.
     *
     * @param norm exponent of the error: 2, or 2.4 in QuaRot
     */
    record Searched(@JsonProperty(defaultValue = "2") double norm) implements Range {
        public Searched {
            Check.range(norm, 1, 8, "norm");
        }
    }
}
