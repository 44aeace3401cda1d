package io.bisup.llm.weight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.FailureException;
import io.bisup.contract.Json;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Scope;
import io.bisup.llm.checkpoint.SafetensorsFile;
import io.bisup.llm.checkpoint.SafetensorsWriter;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.tensor.TestDevice;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class StoredWeightTest {
    private static final int ROWS = 6;
    private static final int COLUMNS = 72;

    private final TensorRuntime runtime = TestDevice.runtime();
    private final WeightKernels kernels = new WeightKernels(runtime);
    private final Nearest nearest = new Nearest(runtime);
    private final NDScope scope = new NDScope();

    @TempDir
    Path folder;

    @AfterEach
    void closeScope() {
        scope.close();
    }

    /** Whole and ragged groups, rows, tiles (whole and ragged), a whole tensor. */
    static Stream<Scope> scopes() {
        return Stream.of(
                new Scope.Row(),
                new Scope.Tensor(),
                Scope.columns(24),
                Scope.columns(32),
                Scope.columns(100),
                new Scope.Channels(24, 2),
                new Scope.Channels(32, 2),
                new Scope.Channels(32, 4));
    }

    /** What is stored is what fake quantization computes in training, bit for bit. */
    @ParameterizedTest
    @MethodSource("scopes")
    void storedWeightsAreTheFakeQuantizedOnes(Scope shared) {
        NDArray weight = weight();
        for (int bits : new int[] {2, 3, 4, 8}) {
            for (boolean symmetric : new boolean[] {true, false}) {
                Format format = Format.integer(bits, symmetric, shared);
                NDArray clip = kernels.clipSearch(weight, format, 2, 1, 0.8, 0.6);
                StoredWeight stored = nearest.round(
                                "w",
                                weight,
                                new WeightGrid(List.of(new WeightGrid.Segment(COLUMNS, format, clip, clip))),
                                null)
                        .weight();
                NDArray fake = kernels.fake(runtime.kernels(), weight, format, clip, clip);
                assertThat(stored.dequantize(runtime).toFloatArray())
                        .as(format.toString())
                        .isEqualTo(fake.toFloatArray());
            }
        }
    }

    /** A tile's values are those of a row that holds the same numbers side by side. */
    @Test
    void tilesShareTheScaleOfTheirRows() {
        Format tiled = Format.integer(3, true, new Scope.Channels(4, 2));
        float[] values = {1, 2, 3, 4, 50, 60, 70, 80, 5, 6, 7, -8, 90, -100, 110, 120};
        NDArray weight = Tensors.floats(runtime.manager(), values, 2, 8);
        NDArray rows = Tensors.floats(
                runtime.manager(), new float[] {1, 2, 3, 4, 5, 6, 7, -8, 50, 60, 70, 80, 90, -100, 110, 120}, 2, 8);
        float[] byRow = nearest.round("w", rows, WeightGrid.full(8, Format.integer(3, true, new Scope.Row())), null)
                .weight()
                .dequantize(runtime)
                .toFloatArray();
        Uniform stored = (Uniform)
                nearest.round("w", weight, WeightGrid.full(8, tiled), null).weight();
        assertThat(stored.scales()).hasSize(2);
        float[] byTile = stored.dequantize(runtime).toFloatArray();
        for (int i = 0; i < 16; i++) {
            int row = i / 8;
            int column = i % 8;
            assertThat(byTile[i]).isEqualTo(byRow[8 * (column / 4) + 4 * row + column % 4]);
        }
    }

    @ParameterizedTest
    @MethodSource("scopes")
    void weightsComeBackFromAFile(Scope shared) throws IOException {
        for (boolean symmetric : new boolean[] {true, false}) {
            StoredWeight stored = nearest.round(
                            "w", weight(), WeightGrid.full(COLUMNS, Format.integer(3, symmetric, shared)), null)
                    .weight();
            assertComesBack(stored);
        }
    }

    /** The layout of the first artifacts, byte for byte: what they hold opens for ever. */
    @ParameterizedTest
    @CsvSource({"4, true, 5A896D1B, 3ECD, ''", "3, false, 55F919, 3F33, 04"})
    void theBytesAreThoseOfTheFirstArtifacts(int bits, boolean symmetric, String codes, String scale, String zeros)
            throws IOException {
        NDArray weight =
                Tensors.floats(runtime.manager(), new float[] {0.9f, -1.4f, 0.35f, 0, 2.1f, -0.7f, 1.05f, -2.8f}, 1, 8);
        StoredWeight stored = nearest.round(
                        "w", weight, WeightGrid.full(8, Format.integer(bits, symmetric, new Scope.Row())), null)
                .weight();
        Path file = folder.resolve("w.safetensors");
        SafetensorsWriter.write(file, Map.of(), stored.tensors("w"));
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            assertThat(hex(opened, "w.qweight")).isEqualTo(codes);
            assertThat(hex(opened, "w.scales")).isEqualTo(scale.substring(2) + scale.substring(0, 2));
            assertThat(hex(opened, "w.zeros")).isEqualTo(zeros);
        }
    }

    private static String hex(SafetensorsFile file, String name) {
        return file.tensor(name)
                .map(view ->
                        HexFormat.of().withUpperCase().formatHex(view.data().toArray(ValueLayout.JAVA_BYTE)))
                .orElse("");
    }

    /** Tensors live until they are closed: rounding, storing and reading back leave none behind. */
    @Test
    void noTensorOutlivesItsWeight() throws IOException {
        NDArray weight = weight();
        assertThat(runtime.manager().getManagedArrays()).isNotEmpty();
        int before = runtime.manager().getManagedArrays().size();
        try (NDScope step = new NDScope()) {
            step.suppressNotUsedWarning();
            try (StoredWeight stored = split()) {
                assertComesBack(stored);
            }
        }
        assertThat(runtime.manager().getManagedArrays()).hasSize(before);
        weight.close();
    }

    @Test
    void segmentsComeBackFromAFile() throws IOException {
        StoredWeight stored = split();
        assertComesBack(stored);
        assertThat(stored.form().segments()).hasSize(3);
        assertThat(stored.tensors("w").stream().map(t -> t.name()))
                .containsExactly("w.0.qweight", "w.0.scales", "w.1.weight", "w.2.qweight", "w.2.scales");
        stored.close();
    }

    /** Groups of 32, then 8 channels as they are, then 16 keepers of 8 bits. */
    private StoredWeight split() {
        return nearest.round(
                        "w",
                        weight(),
                        new WeightGrid(List.of(
                                WeightGrid.Segment.full(48, Format.integer(3, true, Scope.columns(32))),
                                WeightGrid.Segment.full(8, Format.exact()),
                                WeightGrid.Segment.full(16, Format.integer(8, true, new Scope.Row())))),
                        null)
                .weight();
    }

    @Test
    void exactSegmentsStayAsTheyAre() {
        try (StoredWeight stored = split()) {
            float[] exact = weight().toFloatArray();
            float[] back = stored.dequantize(runtime).toFloatArray();
            for (int row = 0; row < ROWS; row++) {
                for (int column = 48; column < 56; column++) {
                    assertThat(back[row * COLUMNS + column]).isEqualTo(exact[row * COLUMNS + column]);
                }
            }
        }
    }

    private void assertComesBack(StoredWeight stored) throws IOException {
        Path file = folder.resolve("w.safetensors");
        SafetensorsWriter.write(file, Map.of(), stored.tensors("w"));
        try (SafetensorsFile opened = SafetensorsFile.open(file);
                StoredWeight back = StoredWeight.read(runtime, "w", stored.form(), opened::tensor)) {
            assertThat(back.form()).isEqualTo(stored.form());
            assertThat(Json.read(Json.write(stored.form()), WeightForm.class)).isEqualTo(stored.form());
            assertThat(back.dequantize(runtime).toFloatArray())
                    .isEqualTo(stored.dequantize(runtime).toFloatArray());
        }
    }

    @Test
    void missingAndMisshapenTensorsAreNamed() throws IOException {
        Path file = folder.resolve("w.safetensors");
        Format format = Format.integer(4, true, Scope.columns(24));
        StoredWeight stored = nearest.round("w", weight(), WeightGrid.full(COLUMNS, format), null)
                .weight();
        SafetensorsWriter.write(file, Map.of(), stored.tensors("w"));
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            assertThatThrownBy(() -> StoredWeight.read(runtime, "v", stored.form(), opened::tensor))
                    .isInstanceOf(FailureException.class)
                    .hasMessageContaining("v.qweight is missing");
            WeightForm other = WeightForm.of(ROWS, COLUMNS, Format.integer(4, true, Scope.columns(36)));
            assertThatThrownBy(() -> StoredWeight.read(runtime, "w", other, opened::tensor))
                    .isInstanceOf(FailureException.class)
                    .hasMessageContaining("w.scales has shape [6, 3] instead of [6, 2]");
        }
    }

    @Test
    void nonFiniteWeightsAreRefusedByName() {
        NDArray weight = Tensors.floats(runtime.manager(), new float[] {1, Float.POSITIVE_INFINITY}, 1, 2);
        WeightGrid grid = WeightGrid.full(2, Format.integer(4, true, new Scope.Row()));
        assertThatThrownBy(() -> nearest.round("layers.0.q", weight, grid, null))
                .isInstanceOf(FailureException.class)
                .hasMessageContaining("layers.0.q holds NaN or infinity");
    }

    /** The gradient of a tile's clip factor and weights is that of the same numbers in one row. */
    @Test
    void gradientsFlowThroughTiles() {
        Format tiled = Format.integer(3, false, new Scope.Channels(4, 2));
        NDArray weight = Problem.gaussian(runtime.manager(), new Random(3), 2, 8);
        NDArray clip = Tensors.floats(runtime.manager(), new float[] {0.9f, 0.7f}, 1, 2);
        runtime.kernels().requireGradient(weight);
        runtime.kernels().requireGradient(clip);
        NDArray fake = kernels.fake(runtime.kernels().recording(), weight, tiled, clip, clip);
        runtime.kernels().backward(runtime.kernels().callWithGradient("quant_squared_error", fake, weight));
        float[] clipGradient = runtime.kernels().gradient(clip).toFloatArray();

        float[] values = weight.toFloatArray();
        for (int group = 0; group < 2; group++) {
            float[] one = new float[8];
            for (int i = 0; i < 8; i++) {
                one[i] = values[8 * (i / 4) + 4 * group + i % 4];
            }
            NDArray row = Tensors.floats(runtime.manager(), one, 1, 8);
            NDArray factor = Tensors.floats(runtime.manager(), new float[] {clip.toFloatArray()[group]}, 1, 1);
            runtime.kernels().requireGradient(factor);
            NDArray rowFake = kernels.fake(
                    runtime.kernels().recording(), row, Format.integer(3, false, new Scope.Row()), factor, factor);
            runtime.kernels().backward(runtime.kernels().callWithGradient("quant_squared_error", rowFake, row));
            // The mean over a row is over half as many elements.
            assertThat(2 * clipGradient[group])
                    .isCloseTo(
                            runtime.kernels().gradient(factor).toFloatArray()[0],
                            org.assertj.core.api.Assertions.within(1e-6f));
        }
    }

    private NDArray weight() {
        return Problem.gaussian(runtime.manager(), new Random(1), ROWS, COLUMNS);
    }
}
