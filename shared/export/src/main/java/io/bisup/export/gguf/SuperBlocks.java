package io.bisup.export.gguf;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Blocks of 256 codes that have one scale, as ggml's block_q3_K and block_q6_K: their 16 factors on the scale are one. Element
 * 128 n + 32 j + l of a block is the j-th of those that share byte l of half n.
 */
final class SuperBlocks {

    private static final int HALVES = 2;
    private static final int QUARTERS = 4;
    private static final int LANES = 32;

    private SuperBlocks() {}

    /** Third bits, codes' low two bits, factors of 1 + 32 in six bits (four low ones of each, then the high ones), scale. */
    static void ofThreeBits(byte[] codes, int first, short scale, ByteBuffer out) {
        byte[] high = new byte[LANES];
        byte[] low = new byte[HALVES * LANES];
        for (int i = 0; i < HALVES * QUARTERS * LANES; i++) {
            int code = codes[first + i];
            int quarter = i / LANES % QUARTERS;
            int half = i / LANES / QUARTERS;
            low[half * LANES + i % LANES] |= (byte) ((code & 3) << (2 * quarter));
            high[i % LANES] |= (byte) (((code >> 2) & 1) << (QUARTERS * half + quarter));
        }
        byte[] factors = new byte[12];
        Arrays.fill(factors, 0, 8, (byte) 0x11);
        Arrays.fill(factors, 8, 12, (byte) 0b10101010);
        out.put(high).put(low).put(factors).putShort(scale);
    }

    /** Codes' low four bits, their high two bits, factors of 1, scale. */
    static void ofSixBits(byte[] codes, int first, short scale, ByteBuffer out) {
        byte[] low = new byte[HALVES * 2 * LANES];
        byte[] high = new byte[HALVES * LANES];
        for (int i = 0; i < HALVES * QUARTERS * LANES; i++) {
            int code = codes[first + i];
            int quarter = i / LANES % QUARTERS;
            int half = i / LANES / QUARTERS;
            low[(half * 2 + quarter % 2) * LANES + i % LANES] |= (byte) ((code & 15) << (4 * (quarter / 2)));
            high[half * LANES + i % LANES] |= (byte) (((code >> 4) & 3) << (2 * quarter));
        }
        byte[] factors = new byte[16];
        Arrays.fill(factors, (byte) 1);
        out.put(low).put(high).put(factors).putShort(scale);
    }
}
