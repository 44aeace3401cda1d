package io.bisup.llm.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.checkpoint.SafetensorsFile;
import io.bisup.llm.config.ModelConfigException;
import io.bisup.llm.tensor.TestDevice;
import io.bisup.llm.testing.ReferenceData;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFolderTest {

    /** Logits of transformers in float32; the bound is for the CPU's float32. */
    @ParameterizedTest
    @ValueSource(strings = {"llama-gqa", "llama3-ropescaled-tied", "qwen2-bias", "qwen3-qknorm"})
    void givesTheLogitsOfTransformers(String name) {
        Path directory = ReferenceData.path("data/models/tiny-random/" + name);
        try (OpenModel opened = ModelFolder.open(directory, TestDevice.runtime());
                SafetensorsFile expected = SafetensorsFile.open(directory.resolve("expected.safetensors"))) {
            var ids = expected.tensor("input_ids").orElseThrow();
            float[] reference = expected.tensor("logits").orElseThrow().toFloats();
            int batch = ids.shape().get(0).intValue();
            int time = ids.shape().get(1).intValue();
            double worst = 0;
            for (int row = 0; row < batch; row++) {
                long[] tokens = Arrays.copyOfRange(ids.toLongs(), row * time, (row + 1) * time);
                try (NDArray logits = opened.model().forward(tokens)) {
                    worst = Math.max(worst, distance(logits.toFloatArray(), reference, row));
                }
            }
            assertThat(worst).isLessThanOrEqualTo(TestDevice.runtime().device().isGpu() ? 0.3 : 2e-5);
        }
    }

    @Test
    void saysWhatIsMissing(@TempDir Path empty) {
        assertThatThrownBy(() -> ModelFolder.open(empty, TestDevice.runtime()))
                .isInstanceOf(ModelConfigException.class)
                .hasMessageContaining("config.json")
                .hasMessageContaining(empty.toString());
    }

    private static double distance(float[] logits, float[] reference, int row) {
        double worst = 0;
        for (int i = 0; i < logits.length; i++) {
            worst = Math.max(worst, Math.abs(logits[i] - reference[row * logits.length + i]));
        }
        return worst;
    }
}
