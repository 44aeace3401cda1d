package io.bisup.contract.recipe;

import io.bisup.contract.Check;

/**
 * How the key-value cache is stored. Fields that are AUTO are filled by the planner for the model's family.
 *
 * @param keys format of keys, per head and token
 * @param values format of values, per head and token
 * @param place where keys are quantized
 * @param offset what is subtracted from keys before quantization and added after it, per channel, in high precision
 * @param rotateKeys whether a Hadamard mixes a head's key channels while they are quantized
 */
public record CacheFormat(Format keys, Format values, Place place, Offset offset, Toggle rotateKeys) {

    /** Where keys are quantized, relative to RoPE. */
    public enum Place {
        AUTO,
        /** As stored before rotation by position: RoPE is applied to the dequantized key. */
        BEFORE_ROPE,
        AFTER_ROPE
    }

    /** What is kept out of the quantizer. */
    public enum Offset {
        AUTO,
        NONE,
        /** The key projection's bias; constant only before RoPE. */
        BIAS,
        /** The calibrated mean of each channel. */
        MEAN
    }

    /** A choice that the planner may make. */
    public enum Toggle {
        AUTO,
        ON,
        OFF
    }

    public CacheFormat {
        Check.present(keys, "keys");
        Check.present(values, "values");
        place = place == null ? Place.AUTO : place;
        offset = offset == null ? Offset.AUTO : offset;
        rotateKeys = rotateKeys == null ? Toggle.AUTO : rotateKeys;
    }

    /** The cache as the model computes it. */
    public static CacheFormat exact() {
        Format none = Format.integer(16, false, new Scope.Head());
        return new CacheFormat(none, none, Place.AFTER_ROPE, Offset.NONE, Toggle.OFF);
    }

    /** Whether keys or values are rounded. */
    public boolean quantizes() {
        return keys.quantizes() || values.quantizes();
    }
}
