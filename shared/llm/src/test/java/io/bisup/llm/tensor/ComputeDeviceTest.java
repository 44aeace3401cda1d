package io.bisup.llm.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ComputeDeviceTest {
    @Test
    void theCpuIsAlwaysThereAndAutoFindsSomething() {
        assertThat(ComputeDevice.parse(" CPU ")).isEqualTo(ComputeDevice.CPU);
        assertThat(ComputeDevice.parse("auto").toString()).matches("cpu|cuda:0");
        assertThat(new ComputeDevice(1)).hasToString("cuda:1");
    }

    @Test
    void aMissingGpuIsOneClearError() {
        assertThatThrownBy(() -> ComputeDevice.parse("cuda:99"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cuda:99 was asked for")
                .hasMessageContaining("docs/gpu.md");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gpu", "cuda:", "cuda:-1", "cuda:x", "cuda:1234"})
    void otherSettingsAreRefusedWithTheKnownOnes(String setting) {
        assertThatThrownBy(() -> ComputeDevice.parse(setting))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("use auto, cpu or cuda:N");
    }
}
