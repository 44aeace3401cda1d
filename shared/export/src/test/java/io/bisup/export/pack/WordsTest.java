package io.bisup.export.pack;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.export.BitStrings;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** F1: packing against the golden words of the written spec, and against strings of bits. */
class WordsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            4 | -8 -1 0 7 3 -4 5 -6 1       | 2D4BF870 00000009
            3 | -4 -3 -2 -1 0 1 2 3 -4 3 0  | 38FAC688 00000001
            2 | -2 -1 0 1 -2 -1 0 1 -2 -1 0 1 -2 -1 0 1 | E4E4E4E4
            5 | -16 -1 0 15 7 -8 3          | D17FC1E0 00000004
            6 | -32 -1 0 31 5 -6            | A5FE07C0 00000006
            8 | -128 -1 0 127 1             | FF807F00 00000081
            """)
    void goldenWords(int bits, String codes, String words) {
        byte[] unsigned = unsigned(codes, bits);
        assertThat(hex(Words.pack(unsigned, unsigned.length, bits))).isEqualTo(words);
    }

    /** The 33rd code of three bits starts the fourth word exactly. */
    @Test
    void codesThatFillWordsLeaveNoGap() {
        byte[] codes = new byte[33];
        codes[32] = 7;
        assertThat(hex(Words.pack(codes, 33, 3))).isEqualTo("00000000 00000000 00000000 00000007");
    }

    /** Zero points of nine rows and one group are packed along the rows. */
    @Test
    void goldenZeroPoints() {
        byte[] zeros = unsigned("-8 -1 0 7 3 -4 5 -6 1", 4);
        assertThat(hex(Words.packColumns(zeros, 1, 4))).isEqualTo("2D4BF870 00000009");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8})
    void randomShapesAreTheirBitStrings(int bits) {
        Random random = new Random(bits);
        for (int round = 0; round < 40; round++) {
            int rows = 1 + random.nextInt(9);
            int columns = 1 + random.nextInt(100);
            byte[] codes = new byte[rows * columns];
            for (int i = 0; i < codes.length; i++) {
                codes[i] = (byte) random.nextInt(1 << bits);
            }
            int[] words = Words.pack(codes, columns, bits);
            assertThat(words).hasSize(rows * Words.rowWords(columns, bits));
            assertThat(BitStrings.unpack(words, rows, columns, bits)).isEqualTo(codes);
            int[] turned = Words.packColumns(codes, columns, bits);
            assertThat(BitStrings.unpackColumns(turned, rows, columns, bits)).isEqualTo(codes);
        }
    }

    private static byte[] unsigned(String codes, int bits) {
        String[] parts = codes.split(" ", -1);
        byte[] unsigned = new byte[parts.length];
        for (int i = 0; i < parts.length; i++) {
            unsigned[i] = (byte) (Integer.parseInt(parts[i]) + (1 << (bits - 1)));
        }
        return unsigned;
    }

    private static String hex(int[] words) {
        return Arrays.stream(words)
                .mapToObj(word -> String.format("%08X", word))
                .collect(Collectors.joining(" "));
    }
}
