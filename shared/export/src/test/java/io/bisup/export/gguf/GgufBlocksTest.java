package io.bisup.export.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Scope;
import io.bisup.export.source.Codes;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** F1 of GGUF: one block of each type by hand, from the layout of ggml's block_q4_0, block_q4_1 and block_q8_0. */
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

    private static String packed(GgufType type, byte[] codes, int bits, boolean symmetric, int zero) {
        Codes block = new Codes(
                1, 32, Format.integer(bits, symmetric, new Scope.Row()), codes, new float[] {0.5f}, new byte[] {
                    (byte) zero
                });
        return HexFormat.of().formatHex(GgufBlocks.pack(type, block, block.scales(), RowOrder.SAME));
    }
}
