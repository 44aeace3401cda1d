package io.bisup.export.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.contract.ExportFormat;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Scope;
import io.bisup.export.format.ExportRefusedException;
import io.bisup.export.source.Codes;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class HalfScalesTest {

    private final HalfScales halves = new HalfScales(ExportFormat.GPTQ);

    /** The smallest exponent with eight significant bits to spare, and the largest number. */
    @Test
    void bfloat16OfTheMiddleIsKept() {
        float[] kept = {0x1.FEp-17f, 0x1p-17f, 0.01f, 65024f};
        kept[2] = Float.intBitsToFloat(Float.floatToIntBits(kept[2]) & 0xFFFF0000);
        assertThat(halves.of("layer", codes(kept, (byte) 1))).isEqualTo(kept);
        assertThat(halves.text()).startsWith("All 4 scales are the artifact's, exactly");
    }

    @Test
    void smallerOnesAreRoundedAndTold() {
        float small = 0x1.FEp-20f;
        assertThat(halves.of("layer", codes(new float[] {small}, (byte) 1))[0]).isEqualTo(0x1p-19f);
        assertThat(halves.text()).startsWith("1 of 1 scales").contains("0.0039");
    }

    @Test
    void whatHasNoFloat16IsRefusedUnlessNothingNeedsIt() {
        for (float scale : new float[] {0x1p-26f, 70_000f}) {
            assertThatThrownBy(() -> halves.of("model.layers.3.mlp.up_proj", codes(new float[] {scale}, (byte) 1)))
                    .isInstanceOf(ExportRefusedException.class)
                    .hasMessageContaining("model.layers.3.mlp.up_proj.weight [1, 2]")
                    .hasMessageContaining("row 0, group 0");
            assertThat(halves.of("layer", codes(new float[] {scale}, (byte) 8))).containsExactly(1);
        }
    }

    private static Codes codes(float[] scales, byte code) {
        byte[] all = new byte[2 * scales.length];
        byte[] zeros = new byte[scales.length];
        Arrays.fill(all, code);
        Arrays.fill(zeros, (byte) 8);
        return new Codes(scales.length, 2, Format.integer(4, true, new Scope.Row()), all, scales, zeros);
    }
}
