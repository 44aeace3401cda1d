package io.bisup.quantize.export;

import static io.bisup.quantize.TinyModels.RUNTIME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.checkpoint.DType;
import io.bisup.llm.checkpoint.SafetensorsFile;
import io.bisup.llm.checkpoint.SafetensorsWriter;
import io.bisup.llm.checkpoint.TensorSource;
import io.bisup.llm.checkpoint.TensorSources;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.config.RopeScaling;
import io.bisup.llm.tensor.Gaussians;
import io.bisup.llm.transform.ChannelMap;
import io.bisup.llm.transform.Rotations;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A vocabulary that takes two pieces of 4096 rows. */
class RotatedEndsTest {
    private static final int VOCABULARY = 4100;
    private static final int HIDDEN = 16;

    private final NDScope scope = new NDScope();
    private final ChannelMap residual = new Rotations(RUNTIME).residual(HIDDEN, 5);
    private final NDArray embedding = Gaussians.floats(1, VOCABULARY, HIDDEN);
    private final NDArray gamma = Gaussians.floats(2, HIDDEN);
    private final NDArray head = Gaussians.floats(3, VOCABULARY, HIDDEN);

    @TempDir
    Path folder;

    @AfterEach
    void closeScope() {
        residual.close();
        scope.close();
    }

    private static DecoderConfig config(boolean tied) {
        return new DecoderConfig(
                Architecture.LLAMA,
                HIDDEN,
                1,
                2,
                2,
                8,
                32,
                VOCABULARY,
                1e-6,
                10_000,
                new RopeScaling.Default(),
                tied,
                false,
                false,
                64,
                null,
                null);
    }

    /** What the ends of a checkpoint are rotated to. */
    private SafetensorsFile rotated(boolean tied, EndsType type) throws IOException {
        List<TensorSource> stored = new ArrayList<>();
        stored.add(TensorSources.of(ModelTensors.EMBEDDING, embedding));
        stored.add(TensorSources.of(ModelTensors.FINAL_NORM, gamma));
        if (!tied) {
            stored.add(TensorSources.of(ModelTensors.HEAD, head));
        }
        SafetensorsWriter.write(folder.resolve(Checkpoint.SINGLE_FILE), SafetensorsWriter.FORMAT_PT, stored);
        Path ends = folder.resolve("ends");
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            List<TensorSource> sources = new RotatedEnds(RUNTIME, checkpoint, residual, type).tensors(config(tied));
            SafetensorsWriter.write(ends, SafetensorsWriter.FORMAT_PT, sources);
        }
        return SafetensorsFile.open(ends);
    }

    private static void assertStored(SafetensorsFile file, String name, NDArray expected, double relative) {
        float[] actual = file.tensor(name).orElseThrow().toFloats();
        float[] wanted = expected.toFloatArray();
        assertThat(actual).hasSameSizeAs(wanted);
        for (int i = 0; i < wanted.length; i++) {
            assertThat((double) actual[i]).isCloseTo(wanted[i], within(relative * (1 + Math.abs(wanted[i]))));
        }
    }

    /** E Q and W diag(γ) Q, whose product with a rotated and normalised state is what it was. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void embeddingAndHeadAreRotatedAndTheNormIsFused(boolean tied) throws IOException {
        try (SafetensorsFile file = rotated(tied, EndsType.FLOAT32)) {
            NDArray fused = (tied ? embedding : head).mul(gamma);
            assertStored(file, ModelTensors.EMBEDDING, residual.apply(RUNTIME.kernels(), embedding), 1e-5);
            assertStored(file, ModelTensors.HEAD, residual.apply(RUNTIME.kernels(), fused), 1e-5);
            assertThat(file.tensor(ModelTensors.FINAL_NORM).orElseThrow().toFloats())
                    .hasSize(HIDDEN)
                    .containsOnly(1);
        }
    }

    @Test
    void endsAreStoredAsWideAsTheSources() throws IOException {
        try (SafetensorsFile file = rotated(false, EndsType.BFLOAT16)) {
            assertThat(file.tensor(ModelTensors.EMBEDDING).orElseThrow().dtype())
                    .isEqualTo(DType.BF16);
            assertStored(file, ModelTensors.EMBEDDING, residual.apply(RUNTIME.kernels(), embedding), 1.0 / 256);
        }
    }
}
