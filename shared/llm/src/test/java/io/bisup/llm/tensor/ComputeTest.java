package io.bisup.llm.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The format of products is a setting of its own, apart from the device. */
class ComputeTest {
    private final TensorRuntime runtime = TestDevice.runtime();

    @Test
    void evaluationComputesInFloat32OnACpu() {
        assertThat(Compute.usual(ComputeDevice.CPU)).isEqualTo(Compute.FLOAT32);
        assertThat(Compute.usual(new ComputeDevice(0))).isEqualTo(Compute.BFLOAT16);
    }

    @Test
    void theSettingIsReadInAnyCase() {
        assertThat(Compute.parse(" Float32 ", runtime)).isEqualTo(Compute.FLOAT32);
        assertThat(Compute.parse("bfloat16", runtime)).isEqualTo(Compute.BFLOAT16);
        assertThat(Compute.BFLOAT16).hasToString("bfloat16");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "float16", "bf16", "tf32"})
    void otherSettingsAreRefusedWithTheKnownOnes(String setting) {
        assertThatThrownBy(() -> Compute.parse(setting, runtime))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("use auto, float32 or bfloat16");
    }

    @Test
    void autoTakesWhatIsMeasuredToBeWorthwhile() {
        ProductSpeed speed = ProductSpeed.measure(runtime);
        assertThat(speed.float32()).isBetween(0.1, 1e6);
        assertThat(speed.bfloat16()).isBetween(0.1, 1e6);
        double ratio = speed.bfloat16ToFloat32();
        Compute auto = Compute.parse("auto", runtime);
        // Between the two the noise of a busy machine may decide either way.
        if (ratio > 2 * Compute.WORTHWHILE) {
            assertThat(auto).isEqualTo(Compute.BFLOAT16);
        } else if (ratio < Compute.WORTHWHILE / 2) {
            assertThat(auto).isEqualTo(Compute.FLOAT32);
        }
    }

    /** 1 + 2⁻¹⁰ is a float32 but no bfloat16: its square shows in which format a product was computed. */
    @Test
    void theSameKernelsMultiplyInTheChosenFormat() {
        float fine = 1 + 1f / 1024;
        try (NDArray x = Tensors.floats(runtime.manager(), new float[] {fine}, 1, 1)) {
            assertThat(product(runtime.computing(Compute.FLOAT32), x)).isEqualTo(fine * fine);
            assertThat(product(runtime.computing(Compute.BFLOAT16), x)).isEqualTo(1f);
        }
    }

    private static float product(TensorRuntime chosen, NDArray x) {
        try (NDArray y = chosen.kernels().call("linear", x, x, chosen.lowPrecision())) {
            return y.getFloat();
        }
    }
}
