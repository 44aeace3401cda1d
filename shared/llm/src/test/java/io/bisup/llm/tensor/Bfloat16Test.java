package io.bisup.llm.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class Bfloat16Test {
    @Test
    void everyFiniteBitPatternSurvivesTheRoundTrip() {
        for (int bits = 0; bits <= 0xffff; bits++) {
            float value = Bfloat16.toFloat((short) bits);
            if (!Float.isNaN(value)) {
                assertThat(Bfloat16.fromFloat(value)).isEqualTo((short) bits);
            }
        }
    }

    @Test
    void tiesGoToTheEvenNeighbour() {
        assertThat(Bfloat16.fromFloat(Float.intBitsToFloat(0x3f808000))).isEqualTo((short) 0x3f80);
        assertThat(Bfloat16.fromFloat(Float.intBitsToFloat(0x3f818000))).isEqualTo((short) 0x3f82);
        assertThat(Bfloat16.fromFloat(Float.intBitsToFloat(0x3f808001))).isEqualTo((short) 0x3f81);
        assertThat(Bfloat16.fromFloat(Float.MAX_VALUE)).isEqualTo((short) 0x7f80);
        assertThat(Bfloat16.toFloat(Bfloat16.fromFloat(Float.NaN))).isNaN();
        assertThat(Bfloat16.toFloat(Bfloat16.fromFloat(Float.intBitsToFloat(0x7f800001))))
                .isNaN();
    }

    @Test
    void rawBitsBecomeAFloatTensorAndGoBack() {
        short[] bits = {0x3f80, (short) 0xc000, 0x4048, 0x7f80};
        NDArray tensor = Tensors.bfloat16(TestDevice.runtime().manager(), MemorySegment.ofArray(bits), new Shape(2, 2));
        assertThat(tensor.toFloatArray()).containsExactly(1f, -2f, 3.125f, Float.POSITIVE_INFINITY);
        float[] floats = new float[4];
        Tensors.copyTo(tensor.transpose(), MemorySegment.ofArray(floats));
        assertThat(floats).containsExactly(1f, 3.125f, -2f, Float.POSITIVE_INFINITY);
        short[] back = new short[4];
        Bfloat16.narrow(MemorySegment.ofArray(tensor.toFloatArray()), MemorySegment.ofArray(back), 4);
        assertThat(back).containsExactly(bits);
    }
}
