package io.bisup.contract.recipe;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.bisup.contract.Check;
import io.bisup.contract.InvalidSpecException;
import java.util.Locale;

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
        OFF;

        /** From true, false or "auto". */
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        static Toggle read(Object value) {
            return switch (value) {
                case Boolean on -> on ? ON : OFF;
                case String word when word.toLowerCase(Locale.ROOT).equals("auto") -> AUTO;
                default -> throw new InvalidSpecException("", "cannot be '" + value + "'", "use true, false or auto");
            };
        }

        @JsonValue
        Object written() {
            return switch (this) {
                case AUTO -> "auto";
                case ON -> true;
                case OFF -> false;
            };
        }
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

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static CacheFormat read(CacheForm form) {
        return form.format();
    }

    @JsonValue
    CacheForm form() {
        return CacheForm.of(this);
    }

    /** Whether keys or values are rounded. */
    public boolean quantizes() {
        return keys.quantizes() || values.quantizes();
    }
}
