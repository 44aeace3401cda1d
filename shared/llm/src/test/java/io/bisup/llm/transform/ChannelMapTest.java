package io.bisup.llm.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.Json;
import io.bisup.llm.checkpoint.SafetensorsFile;
import io.bisup.llm.checkpoint.SafetensorsWriter;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.tensor.TestDevice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelMapTest {
    private static final int WIDTH = 24;
    private static final double EXACT = 1e-10;

    private static final TensorRuntime RUNTIME = TestDevice.runtime();
    private static final Kernels KERNELS = RUNTIME.kernels();
    private static final NDManager MANAGER = RUNTIME.manager();
    private static final Rotations ROTATIONS = new Rotations(RUNTIME);

    private final NDScope scope = new NDScope();

    @TempDir
    Path folder;

    @AfterEach
    void closeScope() {
        scope.close();
    }

    /** Every kind of map over 24 channels. */
    static Stream<ChannelMap> maps() {
        return Stream.of(
                Diagonal.kept(positive(WIDTH, 1)),
                Offset.kept(gaussian(2, WIDTH)),
                Permutation.ascending(MANAGER, gaussian(3, WIDTH).toDoubleArray()),
                ROTATIONS.hadamard(WIDTH),
                ROTATIONS.residual(WIDTH, 4),
                ROTATIONS.perHead(3, 8, 5),
                ROTATIONS.acrossHeads(12, 2, 6),
                ROTATIONS.acrossHeads(6, 4, 7),
                ROTATIONS.blocks(WIDTH, 4),
                ROTATIONS.random(WIDTH, 8));
    }

    @ParameterizedTest
    @MethodSource("maps")
    void consumersOfMappedChannelsComputeTheSame(ChannelMap map) {
        try (map) {
            NDArray x = gaussian(10, 2, 5, WIDTH);
            NDArray weight = gaussian(11, 7, WIDTH);
            NDArray bias = gaussian(12, 7);
            NDArray expected = linear(x, weight, bias);
            NDArray mapped = linear(
                    map.apply(KERNELS, x), map.columns(KERNELS, weight), map.consumerBias(KERNELS, weight, bias));
            assertClose(mapped, expected);
        }
    }

    @ParameterizedTest
    @MethodSource("maps")
    void producersGiveMappedChannels(ChannelMap map) {
        try (map) {
            NDArray u = gaussian(13, 6, 9);
            NDArray weight = gaussian(14, WIDTH, 9);
            NDArray bias = gaussian(15, WIDTH);
            NDArray expected = map.apply(KERNELS, linear(u, weight, bias));
            assertClose(linear(u, map.rows(KERNELS, weight), map.bias(KERNELS, bias)), expected);
        }
    }

    @ParameterizedTest
    @MethodSource("maps")
    void aMissingBiasStaysMissingUnlessTheMapShifts(ChannelMap map) {
        try (map) {
            NDArray none = MANAGER.create(new Shape(0));
            NDArray bias = map.bias(KERNELS, none);
            NDArray zero = MANAGER.zeros(new Shape(WIDTH), DataType.FLOAT64);
            if (map instanceof Offset) {
                assertClose(bias, map.apply(KERNELS, zero));
            } else {
                assertThat(bias.size()).isZero();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("maps")
    void undoIsTheInverse(ChannelMap map) {
        try (map) {
            NDArray x = gaussian(16, 3, 4, WIDTH);
            assertClose(map.undo(KERNELS, map.apply(KERNELS, x)), x);
        }
    }

    @ParameterizedTest
    @MethodSource("maps")
    void secondMomentsAreMapped(ChannelMap map) {
        try (map) {
            NDArray x = gaussian(17, 30, WIDTH);
            NDArray gram = KERNELS.call("matmul", x.transpose(), x);
            NDArray y = map.apply(KERNELS, x);
            if (map instanceof Offset) {
                assertThatThrownBy(() -> ChannelMaps.gram(KERNELS, map, gram)).hasMessageContaining("means");
            } else {
                assertClose(ChannelMaps.gram(KERNELS, map, gram), KERNELS.call("matmul", y.transpose(), y));
            }
        }
    }

    /** d/dx of Σ g ⊙ f(x), against central differences, for each of the five functions. */
    @ParameterizedTest
    @MethodSource("maps")
    void gradientsFlowThrough(ChannelMap map) {
        try (map) {
            KernelCalls recording = KERNELS.recording();
            assertGradient(gaussian(20, 3, WIDTH), x -> map.apply(recording, x));
            assertGradient(gaussian(21, 3, WIDTH), x -> map.undo(recording, x));
            assertGradient(gaussian(24, WIDTH), x -> map.bias(recording, x));
            if (!(map instanceof Offset)) {
                assertGradient(gaussian(22, 3, WIDTH), w -> map.columns(recording, w));
                assertGradient(gaussian(23, WIDTH, 3), w -> map.rows(recording, w));
            }
        }
    }

    @Test
    void smoothingFactorsAreLearnt() {
        NDArray x = gaussian(30, 3, WIDTH);
        NDArray weight = gaussian(31, 3, WIDTH);
        NDArray rows = gaussian(32, WIDTH, 3);
        KernelCalls recording = KERNELS.recording();
        assertGradient(positive(WIDTH, 33), s -> new Diagonal(s).apply(recording, x));
        assertGradient(positive(WIDTH, 34), s -> new Diagonal(s).columns(recording, weight));
        assertGradient(positive(WIDTH, 35), s -> new Diagonal(s).rows(recording, rows));
        assertGradient(gaussian(36, WIDTH), c -> new Offset(c).consumerBias(recording, weight, gaussian(37, 3)));
    }

    /** H2: factor by factor as by the dense matrix. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 12, 24, 28, 40, 56, 76, 128, 344, 512, 896, 1536})
    void fastAndDenseHadamardsAgree(int width) {
        try (Orthogonal map = ROTATIONS.hadamard(width)) {
            NDArray x = gaussian(width, 2, width);
            double[] dense = denseProduct(map.describe(), x.toDoubleArray(), width);
            double[] fast = map.apply(KERNELS, x).toDoubleArray();
            for (int i = 0; i < dense.length; i++) {
                assertThat(fast[i]).isCloseTo(dense[i], within(EXACT));
            }
        }
    }

    /** x times the Kronecker product of the description's matrices, entry by entry. */
    private static double[] denseProduct(MapDescription description, double[] x, int width) {
        List<HadamardMatrix> matrices = description.factors().stream()
                .map(factor -> HadamardMatrix.of(factor.size()))
                .toList();
        double[] result = new double[x.length];
        for (int i = 0; i < width; i++) {
            for (int j = 0; j < width; j++) {
                double entry = entry(matrices, width, i, j) / Math.sqrt(width);
                for (int row = 0; row < x.length / width; row++) {
                    result[row * width + j] += x[row * width + i] * entry;
                }
            }
        }
        return result;
    }

    private static int entry(List<HadamardMatrix> matrices, int width, int row, int column) {
        int entry = 1;
        int behind = width;
        for (HadamardMatrix matrix : matrices) {
            behind /= matrix.order();
            entry *= matrix.at(row / behind % matrix.order(), column / behind % matrix.order());
        }
        return entry;
    }

    @ParameterizedTest
    @MethodSource("maps")
    void mapsAreRebuiltFromWhatAnArtifactStores(ChannelMap map) throws IOException {
        Path file = folder.resolve("map.safetensors");
        SafetensorsWriter.write(file, Map.of(), map.tensors("layers.3.smooth"));
        String document = Json.write(map.describe());
        NDArray x = Tensors.floats(
                MANAGER, gaussian(40, 3, WIDTH).toType(DataType.FLOAT32, true).toFloatArray(), 3, WIDTH);
        try (map;
                SafetensorsFile stored = SafetensorsFile.open(file);
                ChannelMap reopened = ChannelMaps.open(
                        RUNTIME, Json.read(document, MapDescription.class), "layers.3.smooth", stored::tensor)) {
            assertThat(reopened.apply(KERNELS, x).toFloatArray())
                    .isEqualTo(map.apply(KERNELS, x).toFloatArray());
        }
    }

    @Test
    void aStoredMapOfAnotherWidthIsRefused() throws IOException {
        Path file = folder.resolve("map.safetensors");
        try (Diagonal map = Diagonal.kept(positive(WIDTH, 1))) {
            SafetensorsWriter.write(file, Map.of(), map.tensors("s"));
        }
        MapDescription wider = MapDescription.of(MapDescription.Kind.DIAGONAL, WIDTH + 1);
        try (SafetensorsFile stored = SafetensorsFile.open(file)) {
            assertThatThrownBy(() -> ChannelMaps.open(RUNTIME, wider, "s", stored::tensor))
                    .hasMessageContaining("s.divisor has 24 elements");
            assertThatThrownBy(() -> ChannelMaps.open(RUNTIME, wider, "t", stored::tensor))
                    .hasMessageContaining("t.divisor is missing");
        }
    }

    @Test
    void noPermutationNamesAChannelTwice() {
        assertThatThrownBy(() -> Permutation.of(MANAGER, 0, 2, 2)).hasMessageContaining("position 2");
    }

    /** Atom §4.1: the channels of the largest statistic come last. */
    @Test
    void reorderingIsAscending() {
        try (Permutation map = Permutation.ascending(MANAGER, 3, 1, 9, 1)) {
            assertThat(map.order()).containsExactly(1, 3, 0, 2);
        }
    }

    private static void assertClose(NDArray actual, NDArray expected) {
        assertThat(actual.getShape()).isEqualTo(expected.getShape());
        double[] values = actual.toDoubleArray();
        double[] wanted = expected.toDoubleArray();
        for (int i = 0; i < values.length; i++) {
            assertThat(values[i]).isCloseTo(wanted[i], within(EXACT));
        }
    }

    private static void assertGradient(NDArray at, UnaryOperator<NDArray> function) {
        KERNELS.requireGradient(at);
        NDArray output = function.apply(at);
        NDArray direction = gaussian(99, output.getShape().getShape());
        KERNELS.backward(output, direction);
        double[] gradient = KERNELS.gradient(at).toDoubleArray();
        double[] values = at.toDoubleArray();
        double step = 1e-5;
        for (int i = 0; i < values.length; i += 5) {
            double slope =
                    (moved(at, i, step, function, direction) - moved(at, i, -step, function, direction)) / (2 * step);
            assertThat(gradient[i]).isCloseTo(slope, within(1e-7 * (1 + Math.abs(slope))));
        }
    }

    private static double moved(NDArray at, int i, double by, UnaryOperator<NDArray> function, NDArray direction) {
        double[] values = at.toDoubleArray();
        values[i] += by;
        NDArray output =
                function.apply(Tensors.doubles(MANAGER, values, at.getShape().getShape()));
        double[] outputs = output.toDoubleArray();
        double[] weights = direction.toDoubleArray();
        double sum = 0;
        for (int k = 0; k < outputs.length; k++) {
            sum += outputs[k] * weights[k];
        }
        return sum;
    }

    private static NDArray linear(NDArray x, NDArray weight, NDArray bias) {
        NDArray y = KERNELS.call("linear", x, weight, false);
        return bias.size() == 0 ? y : y.add(bias);
    }

    private static NDArray positive(int width, long seed) {
        return gaussian(seed, width).abs().add(0.5);
    }

    static NDArray gaussian(long seed, long... shape) {
        Random random = new Random(seed);
        double[] values = random.doubles(new Shape(shape).size())
                .map(_ -> random.nextGaussian())
                .toArray();
        return Tensors.doubles(MANAGER, values, shape);
    }
}
