package io.bisup.llm.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDScope;
import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.checkpoint.SafetensorsFile;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.TestDevice;
import io.bisup.llm.testing.ReferenceData;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random checkpoints of every family, against the logits of Hugging Face transformers in float32. */
class ReferenceModelsTest {
    private static final float TOLERANCE = 2e-5f;
    private final TensorRuntime runtime = TestDevice.runtime();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama-gqa",
                "llama3-ropescaled-tied",
                "qwen2-bias",
                "qwen2-bias-tied-bf16-sharded",
                "qwen3-qknorm"
            })
    void logitsAgreeResidentAndStreamed(String name) {
        Path folder = ReferenceData.path("data/models/tiny-random").resolve(name);
        DecoderConfig config = DecoderConfig.read(folder);
        try (NDScope scope = new NDScope();
                Checkpoint checkpoint = Checkpoint.open(folder);
                SafetensorsFile expected = SafetensorsFile.open(folder.resolve("expected.safetensors"));
                LanguageModel resident = LanguageModel.resident(runtime, config, checkpoint);
                LanguageModel streamed = LanguageModel.streamed(runtime, config, checkpoint)) {
            scope.suppressNotUsedWarning();
            long[] ids = expected.tensor("input_ids").orElseThrow().toLongs();
            float[] logits = expected.tensor("logits").orElseThrow().toFloats();
            int batch = Math.toIntExact(
                    expected.tensor("input_ids").orElseThrow().shape().getFirst());
            int time = ids.length / batch;
            for (int row = 0; row < batch; row++) {
                long[] sequence = Arrays.copyOfRange(ids, row * time, (row + 1) * time);
                int width = time * config.vocabSize();
                float[] want = Arrays.copyOfRange(logits, row * width, (row + 1) * width);
                float[] have = resident.forward(sequence).toFloatArray();
                assertThat(distance(have, want)).isLessThanOrEqualTo(TOLERANCE);
                assertThat(streamed.forward(sequence).toFloatArray()).isEqualTo(have);
            }
        }
    }

    private static float distance(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        float largest = 0;
        for (int i = 0; i < actual.length; i++) {
            largest = Math.max(largest, Math.abs(actual[i] - expected[i]));
        }
        return largest;
    }
}
