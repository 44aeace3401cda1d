package io.bisup.llm.weight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BitPackingTest {

    /** The published words of compressed-tensors' dense packing, little endian: 0x2D4BF870, 0x9. */
    @Test
    void fourBitsPackAsCompressedTensorsDoes() {
        byte[] codes = shifted(8, -8, -1, 0, 7, 3, -4, 5, -6, 1);
        assertThat(BitPacking.pack(codes, codes.length, 4)).containsExactly(0x70, 0xF8, 0x4B, 0x2D, 0x09);
    }

    /** 0x38FAC688, 0x1: the ninth code crosses a word. */
    @Test
    void threeBitsCrossBytesAndWords() {
        byte[] codes = shifted(4, -4, -3, -2, -1, 0, 1, 2, 3, -4, 3, 0);
        assertThat(BitPacking.pack(codes, codes.length, 3)).containsExactly(0x88, 0xC6, 0xFA, 0x38, 0x01);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8})
    void unpackingReversesPackingForAnyShape(int bits) {
        Random random = new Random(bits);
        for (int columns = 1; columns < 70; columns++) {
            byte[] codes = new byte[3 * columns];
            for (int i = 0; i < codes.length; i++) {
                codes[i] = (byte) random.nextInt(1 << bits);
            }
            byte[] packed = BitPacking.pack(codes, columns, bits);
            assertThat(packed).hasSize(3 * ((columns * bits + 7) / 8));
            assertThat(BitPacking.unpack(packed, columns, bits)).isEqualTo(codes);
        }
    }

    @Test
    void aCodeTooWideIsRefused() {
        assertThatThrownBy(() -> BitPacking.pack(new byte[] {8}, 1, 3)).hasMessageContaining("code 8");
    }

    private static byte[] shifted(int offset, int... signed) {
        byte[] codes = new byte[signed.length];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (byte) (signed[i] + offset);
        }
        return codes;
    }
}
