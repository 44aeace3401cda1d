package io.bisup.llm.weight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Scope;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.tensor.TestDevice;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Codes, scales and zero points, and which of them belong together. */
class UniformTest {
    private final TensorRuntime runtime = TestDevice.runtime();
    private final NDScope scope = new NDScope();

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    /** Two rows share a tile, five columns are three groups of two, the last one short: (code − zero) · scale. */
    @Test
    void eachElementTakesTheScaleOfItsTile() {
        Format format = Format.integer(4, false, new Scope.Channels(2, 2));
        byte[] codes = bytes(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 15, 0, 15);
        float[] scales = {1, 2, 4, 0.5f, 0.25f, 8};
        byte[] zeros = bytes(0, 1, 2, 15, 8, 3);
        Uniform weight = Uniform.packed(format, 4, 5, codes, scales, zeros);
        assertThat(weight.tiles()).isEqualTo(2);
        assertThat(weight.groups()).isEqualTo(3);
        assertThat(weight.codes()).isEqualTo(codes);
        assertThat(weight.zeroPoints()).isEqualTo(zeros);
        float[] values = weight.dequantize(runtime).toFloatArray();
        for (int row = 0; row < 4; row++) {
            for (int column = 0; column < 5; column++) {
                int tile = row / 2 * 3 + column / 2;
                assertThat(values[row * 5 + column])
                        .as("[%s, %s]", row, column)
                        .isEqualTo((codes[row * 5 + column] - zeros[tile]) * scales[tile]);
            }
        }
    }

    /** Unsigned codes of symmetric formats stand 2^(b−1) above what they mean. */
    @ParameterizedTest
    @CsvSource({"2, -2, 1", "3, -4, 3", "4, -8, 7", "8, -128, 127"})
    void symmetricCodesAreOffset(int bits, int least, int largest) {
        Format format = Format.integer(bits, true, new Scope.Row());
        Uniform weight = Uniform.packed(format, 1, 2, bytes(0, (1 << bits) - 1), new float[] {1}, new byte[0]);
        assertThat(weight.dequantize(runtime).toFloatArray()).containsExactly(least, largest);
        assertThat(weight.zeroPoints()).containsExactly(1 << (bits - 1));
    }

    /** What is not as long as its form says would be read as something else. */
    @Test
    void wrongLengthsAreRefused() {
        Format format = Format.integer(4, false, Scope.columns(2));
        byte[] codes = new byte[4];
        assertThatThrownBy(() -> new Uniform(format, 2, 4, new byte[3], new float[4], new byte[2]))
                .hasMessageContaining("codes of a weight [2, 4]")
                .hasMessageContaining("3 elements, expected 4");
        assertThatThrownBy(() -> new Uniform(format, 2, 4, codes, new float[3], new byte[2]))
                .hasMessageContaining("scales")
                .hasMessageContaining("expected 4");
        assertThatThrownBy(() -> new Uniform(format, 2, 4, codes, new float[4], new byte[1]))
                .hasMessageContaining("zeros")
                .hasMessageContaining("expected 2");
        Format symmetric = Format.integer(4, true, Scope.columns(2));
        assertThatThrownBy(() -> new Uniform(symmetric, 2, 4, codes, new float[4], new byte[2]))
                .hasMessageContaining("expected 0");
    }

    @ParameterizedTest
    @CsvSource({"128, 1, 300, 7, 3, 7", "128, 2, 300, 8, 3, 4", "512, 1, 300, 7, 1, 7", "1, 1, 5, 2, 5, 2"})
    void channelsAreCutIntoTiles(int columns, int rows, int width, int height, int groups, int tiles) {
        Tiling tiling = Tiling.of(Format.integer(4, true, new Scope.Channels(columns, rows)), height, width);
        assertThat(tiling.groupsOf(width)).isEqualTo(groups);
        assertThat(tiling.tilesOf(height)).isEqualTo(tiles);
    }

    @Test
    void rowsAndTensorsAreOneTileWide() {
        Tiling row = Tiling.of(Format.integer(4, true, new Scope.Row()), 8, 300);
        assertThat(row).isEqualTo(new Tiling(300, 1));
        Tiling tensor = Tiling.of(Format.integer(4, true, new Scope.Tensor()), 8, 300);
        assertThat(tensor.tilesOf(8) * tensor.groupsOf(300)).isEqualTo(1);
        assertThatThrownBy(() -> Tiling.of(Format.integer(4, true, new Scope.Head()), 8, 300))
                .hasMessageContaining("no heads");
    }

    @Test
    void segmentsSideBySideNeedTheSameRows() {
        Format format = Format.integer(4, true, new Scope.Row());
        StoredWeight two = Uniform.packed(format, 2, 1, bytes(1, 2), new float[] {1, 1}, new byte[0]);
        StoredWeight one = Uniform.packed(format, 1, 3, bytes(1, 2, 3), new float[] {1}, new byte[0]);
        assertThatThrownBy(() -> new Split(List.of(two, one))).hasMessageContaining("[2, 1]");
        assertThatThrownBy(() -> new Split(List.of())).hasMessageContaining("[]");
        assertThat(StoredWeight.of(List.of(one))).isSameAs(one);
        assertThat(new Split(List.of(one, one)).dequantize(runtime).toFloatArray())
                .containsExactly(-7, -6, -5, -7, -6, -5);
    }

    @Test
    void clipFactorsComeInPairs() {
        NDArray factor = Tensors.floats(runtime.manager(), new float[] {0.5f}, 1, 1);
        Format format = Format.integer(4, true, new Scope.Row());
        assertThatThrownBy(() -> new WeightGrid.Segment(4, format, factor, null))
                .hasMessageContaining("both or none");
        NDArray weight = Tensors.floats(runtime.manager(), new float[6], 2, 3);
        assertThatThrownBy(() -> new Nearest(runtime).round("up", weight, WeightGrid.full(4, format), null))
                .hasMessageContaining("up has shape (2, 3)")
                .hasMessageContaining("4 input channels in 1 segments");
    }
}
