package io.bisup.llm.peer;

import io.bisup.llm.checkpoint.TensorView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Unsigned numbers of b bits packed densely into 32-bit words: number i of a string of words occupies its bits [i·b, i·b+b), least
 * significant bit first, across the borders of words. The layout of compressed-tensors, of GPTQ and of AWQ, which differ in where
 * the words of a string lie.
 */
final class PackedInts {
    private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment words;
    private final int bits;
    private final int mask;

    PackedInts(TensorView words, int bits) {
        this.words = words.data();
        this.bits = bits;
        this.mask = (1 << bits) - 1;
    }

    /** Words that so many numbers take. */
    static long words(long numbers, int bits) {
        return Math.ceilDiv(numbers * bits, 32L);
    }

    /**
     * A number.
     *
     * @param first index of the string's first word
     * @param stride from one word of the string to the next
     * @param index of the number in the string
     */
    int at(long first, long stride, long index) {
        long bit = index * bits;
        int shift = (int) (bit & 31);
        long word = first + (bit >>> 5) * stride;
        int low = word(word) >>> shift;
        int high = shift + bits > 32 ? word(word + stride) << (32 - shift) : 0;
        return (low | high) & mask;
    }

    private int word(long index) {
        return words.get(WORD, index * Integer.BYTES);
    }
}
