package io.bisup.llm.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.llm.checkpoint.DType;
import io.bisup.llm.checkpoint.TensorEntry;
import io.bisup.llm.checkpoint.TensorView;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PackedIntsTest {

    /** Signed codes and the words that compressed-tensors makes of them. */
    @ParameterizedTest
    @CsvSource({
        "4, -8 -1 0 7 3 -4 5 -6 1, 2D4BF870 00000009",
        "3, -4 -3 -2 -1 0 1 2 3 -4 3 0, 38FAC688 00000001",
        "2, -2 -1 0 1 -2 -1 0 1 -2 -1 0 1 -2 -1 0 1, E4E4E4E4",
        "5, -16 -1 0 15 7 -8 3, D17FC1E0 00000004",
        "6, -32 -1 0 31 5 -6, A5FE07C0 00000006",
        "8, -128 -1 0 127 1, FF807F00 00000081"
    })
    void readsTheWordsOfCompressedTensors(int bits, String codes, String words) {
        int[] expected = numbers(codes);
        PackedInts packed = packed(bits, words(words));
        assertThat(IntStream.range(0, expected.length)
                        .map(i -> packed.at(0, 1, i) - (1 << (bits - 1)))
                        .toArray())
                .isEqualTo(expected);
    }

    @Test
    void readsZeroPointsDownAColumn() {
        int[] expected = {-8, -1, 0, 7, 3, -4, 5, -6, 1};
        PackedInts packed = packed(4, 0x2D4BF870, 0, 0x00000009, 0);
        assertThat(IntStream.range(0, 9).map(i -> packed.at(0, 2, i) - 8).toArray())
                .isEqualTo(expected);
    }

    @Test
    void the33rdNumberOfThreeBitsBeginsTheFourthWord() {
        PackedInts packed = packed(3, 0, 0, 0, 7);
        assertThat(packed.at(0, 1, 31)).isZero();
        assertThat(packed.at(0, 1, 32)).isEqualTo(7);
    }

    /** 0 to 7 down a column of GPTQ. */
    @Test
    void readsTheWordOfGptq() {
        PackedInts packed = packed(4, 0x76543210);
        assertThat(IntStream.range(0, 8).map(i -> packed.at(0, 1, i)).toArray())
                .isEqualTo(new int[] {0, 1, 2, 3, 4, 5, 6, 7});
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8})
    void agreesWithArithmeticOnOneBigNumber(int bits) {
        for (int count : new int[] {1, 31, 32, 33, 100}) {
            int[] numbers = new Random(count).ints(count, 0, 1 << bits).toArray();
            int[] words = BitStrings.pack(numbers, bits);
            assertThat(PackedInts.words(count, bits)).isEqualTo(words.length);
            PackedInts packed = packed(bits, words);
            assertThat(IntStream.range(0, count).map(i -> packed.at(0, 1, i)).toArray())
                    .isEqualTo(numbers);
        }
    }

    private static PackedInts packed(int bits, int... words) {
        return new PackedInts(
                new TensorView(
                        "test",
                        new TensorEntry("test", DType.I32, List.of((long) words.length), 0, words.length * 4L),
                        MemorySegment.ofArray(words)),
                bits);
    }

    private static int[] words(String hex) {
        return Arrays.stream(hex.split(" ")).mapToInt(HexFormat::fromHexDigits).toArray();
    }

    private static int[] numbers(String text) {
        return Arrays.stream(text.split(" ")).mapToInt(Integer::parseInt).toArray();
    }
}
