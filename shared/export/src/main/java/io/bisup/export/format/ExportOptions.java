package io.bisup.export.format;

import java.util.Locale;

/**
 * What a user may choose.
 *
 * @param values type of weights that are written as numbers rather than codes
 * @param shardBytes most bytes of tensors in one file, unless one tensor alone has more
 */
public record ExportOptions(ValueType values, long shardBytes) {

    /** Four billion bytes a file, values in bfloat16. */
    public static final ExportOptions DEFAULT = new ExportOptions(ValueType.BFLOAT16, 4_000_000_000L);

    /** Types of values. */
    public enum ValueType {
        BFLOAT16,
        FLOAT32;

        /** The name in a config.json. */
        public String dtype() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public ExportOptions {
        if (shardBytes < 1) {
            throw new IllegalArgumentException("shards of " + shardBytes + " bytes hold nothing");
        }
    }

    /** The same with other values. */
    public ExportOptions withValues(ValueType other) {
        return new ExportOptions(other, shardBytes);
    }
}
