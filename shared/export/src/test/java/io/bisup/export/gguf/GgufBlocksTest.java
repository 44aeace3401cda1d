package io.bisup.export.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Scope;
import io.bisup.export.source.Codes;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** F1 of GGUF: one block of each type by hand, from the layouts of ggml's blocks of the same names. */
class GgufBlocksTest {

    /** A scale of 0.5 is 3800 as float16, low byte first; element j is the low half of byte j, element j + 16 the high one. */
    @Test
    void blocksOfFourBits() {
        byte[] codes = new byte[32];
        for (int i = 0; i < 16; i++) {
            codes[i] = (byte) i;
            codes[16 + i] = (byte) (15 - i);
        }
        String nibbles = "f0e1d2c3b4a5968778695a4b3c2d1e0f";
        assertThat(packed(GgufType.Q4_0, codes, 4, true, 8)).isEqualTo("0038" + nibbles);
        // The offset -3 · 0.5 is be00.
        assertThat(packed(GgufType.Q4_1, codes, 4, false, 3)).isEqualTo("0038" + "00be" + nibbles);
    }

    /** Signed bytes: our code 128 is 0, 0 is -128, 255 is 127. */
    @Test
    void blocksOfEightBits() {
        byte[] codes = new byte[32];
        codes[1] = (byte) 128;
        codes[2] = (byte) 255;
        assertThat(packed(GgufType.Q8_0, codes, 8, true, 128)).isEqualTo("0038" + "80007f" + "80".repeat(29));
    }

    /** Bit i of the four bytes before the nibbles is the fifth bit of element i. */
    @Test
    void blocksOfFiveBits() {
        byte[] codes = new byte[32];
        for (int i = 0; i < 16; i++) {
            codes[i] = (byte) i;
            codes[16 + i] = (byte) (31 - i);
        }
        codes[1] = 17;
        assertThat(packed(GgufType.Q5_0, codes, 5, true, 16))
                .isEqualTo("0038" + "0200ffff" + "f0e1d2c3b4a5968778695a4b3c2d1e0f");
    }

    /**
     * 256 elements are two halves of four quarters of 32. Quarter q of half h has its low two bits at bit 2q of the half's 32 bytes, and
     * its third bit at bit 4h + q of the first 32. Sixteen factors of 33 (one, behind an offset of 32) are 1 in a half byte each and 2 in
     * two bits each.
     */
    @Test
    void blocksOfThreeBits() {
        byte[] codes = quarters(0, 1, 2, 3, 4, 5, 6, 7);
        codes[5] = 7;
        codes[255] = 0;
        assertThat(packed(GgufType.Q3_K, codes, 3, true, 4))
                .isEqualTo("f0".repeat(5) + "f1" + "f0".repeat(25) + "70"
                        + "e4".repeat(5) + "e7" + "e4".repeat(26)
                        + "e4".repeat(31) + "24"
                        + "11".repeat(8) + "aa".repeat(4)
                        + "0038");
    }

    /**
     * Low four bits: of each half, quarters 0 and 2 share 32 bytes, 1 and 3 the next 32. High two bits: at bit 2q of the half's 32 bytes.
     * Sixteen factors of one byte.
     */
    @Test
    void blocksOfSixBits() {
        byte[] codes = quarters(0x01, 0x12, 0x23, 0x34, 0x3f, 0x00, 0x0a, 0x15);
        codes[7] = 0x2e;
        assertThat(packed(GgufType.Q6_K, codes, 6, true, 32))
                .isEqualTo("31".repeat(7) + "3e" + "31".repeat(24) + "42".repeat(32)
                        + "af".repeat(32) + "50".repeat(32)
                        + "e4".repeat(7) + "e6" + "e4".repeat(24)
                        + "43".repeat(32)
                        + "01".repeat(16)
                        + "0038");
    }

    /** A super-block whose quarters have one code each. */
    private static byte[] quarters(int... each) {
        byte[] codes = new byte[256];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (byte) each[i / 32];
        }
        return codes;
    }

    private static String packed(GgufType type, byte[] codes, int bits, boolean symmetric, int zero) {
        Codes block = new Codes(
                1,
                codes.length,
                Format.integer(bits, symmetric, new Scope.Row()),
                codes,
                new float[] {0.5f},
                new byte[] {(byte) zero});
        return HexFormat.of().formatHex(GgufBlocks.pack(type, block, block.scales(), RowOrder.SAME));
    }
}
