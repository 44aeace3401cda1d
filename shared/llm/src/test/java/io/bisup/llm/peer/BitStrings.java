package io.bisup.llm.peer;

import java.math.BigInteger;

/** Packs numbers of any width into 32-bit words by arithmetic on one big number: slow, and independent of what it tests. */
final class BitStrings {

    private BitStrings() {}

    /** Σ number i · 2^(i·bits), cut into words from the lowest. */
    static int[] pack(int[] numbers, int bits) {
        BigInteger all = BigInteger.ZERO;
        for (int i = numbers.length - 1; i >= 0; i--) {
            all = all.shiftLeft(bits).add(BigInteger.valueOf(numbers[i]));
        }
        int[] words = new int[Math.ceilDiv(numbers.length * bits, 32)];
        for (int i = 0; i < words.length; i++) {
            words[i] = all.shiftRight(32 * i).intValue();
        }
        return words;
    }
}
