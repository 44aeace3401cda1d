package io.bisup.llm.fused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Scope;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.tensor.TestDevice;
import io.bisup.llm.weight.Tiling;
import io.bisup.llm.weight.WeightKernels;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The fused search against that of the graph. */
class FusedClipSearchTest {
    private static final int ROWS = 70;
    private static final int COLUMNS = 150;
    private static final double[] CANDIDATES =
            IntStream.range(0, 36).mapToDouble(i -> 1 - i * 0.02).toArray();

    private final TensorRuntime runtime = TestDevice.runtime();
    private final WeightKernels graph = new WeightKernels(runtime);
    private NDScope scope;

    @BeforeEach
    void openScope() {
        assumeFalse(runtime.device().isGpu(), "CPU kernels");
        scope = new NDScope();
    }

    @AfterEach
    void closeScope() {
        if (scope != null) {
            scope.close();
        }
    }

    static List<Scope> scopes() {
        return List.of(
                new Scope.Row(),
                new Scope.Tensor(),
                Scope.columns(32),
                Scope.columns(50),
                new Scope.Channels(64, 2),
                new Scope.Channels(32, 4));
    }

    /** Of factors that lose as much the two may choose different ones. */
    @ParameterizedTest
    @MethodSource("scopes")
    void itsFactorsLoseAsLittleAsTheGraphs(Scope shared) {
        assertThat(FusedClipSearch.bestFor(runtime)).isInstanceOf(FusedClipSearch.class);
        NDArray weight = weight();
        for (int bits : new int[] {2, 3, 4, 8}) {
            for (boolean symmetric : new boolean[] {true, false}) {
                for (double norm : new double[] {2, 2.4}) {
                    Format format = Format.integer(bits, symmetric, shared);
                    NDArray expected = graph.clipSearch(weight, format, norm, CANDIDATES);
                    NDArray found = FusedClipSearch.bestFor(runtime).best(weight, format, norm, CANDIDATES);

                    assertThat(found.getShape()).isEqualTo(expected.getShape());
                    double[] least = errors(weight, format, expected, norm);
                    double[] errors = errors(weight, format, found, norm);
                    for (int i = 0; i < least.length; i++) {
                        assertThat(errors[i])
                                .as("%s, norm %s, tile %d", format, norm, i)
                                .isCloseTo(least[i], within(1e-5 * least[i]));
                    }
                    assertThat(differing(found, expected)).isLessThanOrEqualTo(1 + least.length / 50);
                }
            }
        }
    }

    /** Repeated searches, on however many threads of the pool, give the same bits. */
    @Test
    void itIsDeterministic() {
        NDArray weight = weight();
        Format format = Format.integer(3, true, Scope.columns(32));
        float[] once = FusedClipSearch.bestFor(runtime)
                .best(weight, format, 2.4, CANDIDATES)
                .toFloatArray();
        for (int i = 0; i < 20; i++) {
            assertThat(FusedClipSearch.bestFor(runtime)
                            .best(weight, format, 2.4, CANDIDATES)
                            .toFloatArray())
                    .isEqualTo(once);
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 1", "2.4, 7", "2.4, 16", "2.4, 129", "3.1, 33"})
    void distancesAreSumsOfPowers(float norm, int length) {
        Random random = new Random(length);
        try (Arena arena = Arena.ofConfined()) {
            long x = arena.allocate(4L * length, 4).address();
            long y = arena.allocate(4L * length, 4).address();
            double expected = 0;
            for (int i = 0; i < length; i++) {
                float left = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(9) - 6));
                float right = i % 5 == 0 ? left : left + (float) (random.nextGaussian() * 1e-3);
                Lanes.set(Lanes.at(x, i), left);
                Lanes.set(Lanes.at(y, i), right);
                expected += Math.pow(Math.abs((double) (left - right)), norm);
            }
            assertThat((double) Lanes.distance(x, y, length, norm))
                    .isCloseTo(expected, within(2e-5 * expected + 1e-38));
        }
    }

    private NDArray weight() {
        Random random = new Random(11);
        float[] values = new float[ROWS * COLUMNS];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * (i % 97 == 0 ? 6 : 1));
        }
        return Tensors.floats(runtime.manager(), values, ROWS, COLUMNS);
    }

    /** Σ|w − ŵ|^norm of each tile. */
    private double[] errors(NDArray weight, Format format, NDArray factors, double norm) {
        float[] exact = weight.toFloatArray();
        float[] rounded =
                graph.fake(runtime.kernels(), weight, format, factors, factors).toFloatArray();
        Tiling tiling = Tiling.of(format, ROWS, COLUMNS);
        int groups = tiling.groupsOf(COLUMNS);
        double[] errors = new double[tiling.tilesOf(ROWS) * groups];
        for (int i = 0; i < exact.length; i++) {
            int tile = i / COLUMNS / tiling.rows() * groups + i % COLUMNS / tiling.columns();
            errors[tile] += Math.pow(Math.abs((double) (exact[i] - rounded[i])), norm);
        }
        return errors;
    }

    private static int differing(NDArray left, NDArray right) {
        float[] one = left.toFloatArray();
        float[] other = right.toFloatArray();
        return (int)
                IntStream.range(0, one.length).filter(i -> one[i] != other[i]).count();
    }
}
