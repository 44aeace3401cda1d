package io.bisup.llm.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Finds NaN and infinity in raw floating-point elements, several to a 64-bit word. In each lane an element is not finite
 * exactly when all bits of its exponent are set: then adding the exponent's lowest bit carries into the lane's sign bit,
 * which was masked to zero before.
 */
final class FiniteElements {
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Words between two looks at what was found: short enough to stop early, long enough not to matter. */
    private static final int WORDS = 1 << 13;

    private FiniteElements() {}

    /**
     * The index of the first element that is not a finite float32, or -1.
     *
     * @param type a floating-point type; a float64 beyond float32's range counts, because weights become float32
     * @param data its elements, little-endian, of any alignment
     */
    static long firstNotFinite(DType type, MemorySegment data) {
        long elements = data.byteSize() / type.bytes();
        return switch (type) {
            case BF16 -> search(type, data, elements, 0x7f80_7f80_7f80_7f80L, 0x0080_0080_0080_0080L);
            case F16 -> search(type, data, elements, 0x7c00_7c00_7c00_7c00L, 0x0400_0400_0400_0400L);
            case F32 -> search(type, data, elements, 0x7f80_0000_7f80_0000L, 0x0080_0000_0080_0000L);
            case F64 -> oneByOne(type, data, 0, elements);
            case BOOL, U8, I8, I16, U16, I32, U32, I64, U64 ->
                throw new IllegalArgumentException(type + " is no floating-point type");
        };
    }

    private static long search(DType type, MemorySegment data, long elements, long exponents, long lowest) {
        // Sign bits: what the carry out of a full exponent sets. F16's exponent ends one bit below its sign as well.
        long carries = exponents + lowest;
        long words = data.byteSize() / Long.BYTES;
        int lanes = Long.BYTES / type.bytes();
        for (long first = 0; first < words; first += WORDS) {
            int count = (int) Math.min(WORDS, words - first);
            if ((carried(data, first * Long.BYTES, count, exponents, lowest) & carries) != 0) {
                return oneByOne(type, data, first * lanes, (first + count) * lanes);
            }
        }
        return oneByOne(type, data, words * lanes, elements);
    }

    /** The bits set in any of the words after the addition. */
    private static long carried(MemorySegment data, long offset, int words, long exponents, long lowest) {
        long found = 0;
        for (int i = 0; i < words; i++) {
            found |= (data.get(WORD, offset + (long) i * Long.BYTES) & exponents) + lowest;
        }
        return found;
    }

    private static long oneByOne(DType type, MemorySegment data, long from, long to) {
        float[] value = new float[1];
        MemorySegment target = MemorySegment.ofArray(value);
        for (long i = from; i < to; i++) {
            Elements.floats(type, data.asSlice(i * type.bytes(), type.bytes()), target, 1);
            if (!Float.isFinite(value[0])) {
                return i;
            }
        }
        return -1;
    }
}
