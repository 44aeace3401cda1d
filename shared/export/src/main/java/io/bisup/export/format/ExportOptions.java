package io.bisup.export.format;

import java.util.Locale;

/**
 * What a user may choose.
 *
 * @param values type of weights that are written as numbers rather than codes
 * @param layout of codes in compressed-tensors
 * @param shardBytes most bytes of tensors in one file, unless one tensor alone has more
 * @param scores what was measured on the artifact, for the card: lines of Markdown; blank where nothing was
 * @param baseModel name of the model that the artifact was made of, for the card; blank where it is not known
 */
public record ExportOptions(ValueType values, Layout layout, long shardBytes, String scores, String baseModel) {

    /** Four billion bytes a file, codes packed, values in bfloat16. */
    public static final ExportOptions DEFAULT =
            new ExportOptions(ValueType.BFLOAT16, Layout.PACKED, 4_000_000_000L, "", "");

    /** Types of values. */
    public enum ValueType {
        BFLOAT16,
        FLOAT32;

        /** The name in a config.json. */
        public String dtype() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Layouts of codes. */
    public enum Layout {
        /** As vLLM's kernels for GPUs take them: eight bits on both sides a byte each, all others in 32-bit words. */
        PACKED,
        /** One byte a code whatever its bits (naive-quantized): what vLLM's kernels for CPUs take for inputs of eight bits. */
        NAIVE
    }

    public ExportOptions {
        if (shardBytes < 1) {
            throw new IllegalArgumentException("shards of " + shardBytes + " bytes hold nothing");
        }
    }

    /** The same with other values. */
    public ExportOptions withValues(ValueType other) {
        return new ExportOptions(other, layout, shardBytes, scores, baseModel);
    }

    /** The same with another layout. */
    public ExportOptions withLayout(Layout other) {
        return new ExportOptions(values, other, shardBytes, scores, baseModel);
    }

    /** The same with other files. */
    public ExportOptions withShardBytes(long other) {
        return new ExportOptions(values, layout, other, scores, baseModel);
    }

    /** The same with other scores. */
    public ExportOptions withScores(String other) {
        return new ExportOptions(values, layout, shardBytes, other, baseModel);
    }

    /** The same of a model with this name. */
    public ExportOptions withBaseModel(String other) {
        return new ExportOptions(values, layout, shardBytes, scores, other);
    }
}
