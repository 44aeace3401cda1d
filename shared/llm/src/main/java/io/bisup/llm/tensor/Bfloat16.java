package io.bisup.llm.tensor;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** Raw bfloat16 bits to and from float32, in plain Java: DJL cannot hold bfloat16 tensors outside of kernels. */
public final class Bfloat16 {
    private static final int QUIET_NAN_BIT = 0x40;

    private Bfloat16() {}

    /** The float with these upper 16 bits; exact. */
    public static float toFloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** The nearest bfloat16, ties to even; a NaN stays a NaN. */
    public static short fromFloat(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> 16) | QUIET_NAN_BIT);
        }
        int roundToEven = 0x7fff + ((bits >>> 16) & 1);
        return (short) ((bits + roundToEven) >>> 16);
    }

    /** Widens {@code count} values; both segments in native byte order, any alignment. */
    public static void widen(MemorySegment bfloat16, MemorySegment float32, long count) {
        for (long i = 0; i < count; i++) {
            float32.set(
                    JAVA_FLOAT_UNALIGNED,
                    i * Float.BYTES,
                    toFloat(bfloat16.get(JAVA_SHORT_UNALIGNED, i * Short.BYTES)));
        }
    }

    /** Rounds {@code count} values to nearest even; both segments in native byte order, any alignment. */
    public static void narrow(MemorySegment float32, MemorySegment bfloat16, long count) {
        for (long i = 0; i < count; i++) {
            bfloat16.set(
                    JAVA_SHORT_UNALIGNED,
                    i * Short.BYTES,
                    fromFloat(float32.get(JAVA_FLOAT_UNALIGNED, i * Float.BYTES)));
        }
    }
}
