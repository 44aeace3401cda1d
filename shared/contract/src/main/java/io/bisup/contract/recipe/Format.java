package io.bisup.contract.recipe;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.bisup.contract.Check;

/**
 * How numbers are stored: the one form of a number format.
 *
 * @param type kind of the codes
 * @param bits of a code, 2 to 8; or 16 for "left as it is"
 * @param symmetric true: no zero point; the default
 * @param scope which elements share a scale; a row unless told
 */
public record Format(
        Type type,
        int bits,
        @JsonProperty(defaultValue = "true") boolean symmetric,
        Scope scope) {

    /** Kinds of codes. */
    public enum Type {
        /** Evenly spaced integers (methods §1.3). */
        INT
    }

    public Format {
        type = type == null ? Type.INT : type;
        Check.require(
                bits == 16 || (bits >= 2 && bits <= 8), "bits", "is " + bits, "use 2 to 8, or 16 to leave it as it is");
        scope = scope == null ? new Scope.Row() : scope;
    }

    /** An integer format. */
    public static Format integer(int bits, boolean symmetric, Scope scope) {
        return new Format(Type.INT, bits, symmetric, scope);
    }

    /** Values left as they are. */
    public static Format exact() {
        return integer(16, true, new Scope.Row());
    }

    /** Whether values are rounded at all. */
    public boolean quantizes() {
        return bits < 16;
    }
}
