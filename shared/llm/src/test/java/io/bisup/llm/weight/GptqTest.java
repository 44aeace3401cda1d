package io.bisup.llm.weight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Rounding;
import io.bisup.contract.recipe.Rounding.Gptq.Order;
import io.bisup.contract.recipe.Scope;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.tensor.TestDevice;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GptqTest {
    private static final int ROWS = 48;
    private static final int COLUMNS = 144;
    private static final int TOKENS = 400;
    private static final GroupScales FIXED = new GroupScales.Fixed();
    private static final GroupScales CURRENT = new GroupScales.Current();

    private final TensorRuntime runtime = TestDevice.runtime();
    private final Nearest nearest = new Nearest(runtime);
    private final NDScope scope = new NDScope();

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private GroupScales searched(double norm) {
        return new GroupScales.Searched(norm, new WeightKernels(runtime)::clipSearch);
    }

    private Gptq gptq(Order order, GroupScales scales) {
        return new Gptq(runtime, new Rounding.Gptq(0.01, 32, order, false, false), scales);
    }

    /** Rows, groups that tile and that do not, tiles of two rows; keepers behind a ragged group; exact columns last and between. */
    static Stream<WeightGrid> grids() {
        return Stream.of(
                WeightGrid.full(COLUMNS, Format.integer(3, true, new Scope.Row())),
                WeightGrid.full(COLUMNS, Format.integer(3, false, Scope.columns(48))),
                WeightGrid.full(COLUMNS, Format.integer(3, true, Scope.columns(64))),
                WeightGrid.full(COLUMNS, Format.integer(4, true, new Scope.Channels(64, 2))),
                new WeightGrid(List.of(
                        WeightGrid.Segment.full(112, Format.integer(3, true, new Scope.Channels(64, 2))),
                        WeightGrid.Segment.full(32, Format.integer(8, true, new Scope.Row())))),
                new WeightGrid(List.of(
                        WeightGrid.Segment.full(128, Format.integer(3, true, Scope.columns(64))),
                        WeightGrid.Segment.full(16, Format.exact()))),
                new WeightGrid(List.of(
                        WeightGrid.Segment.full(48, Format.integer(3, true, Scope.columns(48))),
                        WeightGrid.Segment.full(48, Format.exact()),
                        WeightGrid.Segment.full(48, Format.integer(3, true, Scope.columns(48))))));
    }

    /** The factor of H moves errors as GPTQ's own root of H⁻¹ does: algorithm 1 in double precision, column by column. */
    @ParameterizedTest
    @MethodSource("grids")
    void theFactorMovesErrorsAsTheInverseDoes(WeightGrid grid) {
        Problem problem = Problem.of(runtime, 13, ROWS, COLUMNS, TOKENS);
        SecondMoments moments = problem.moments();
        for (Order order : Order.values()) {
            float[] rounded = gptq(order, FIXED)
                    .round("w", problem.weight(), grid, moments)
                    .weight()
                    .dequantize(runtime)
                    .toFloatArray();
            float[] expected =
                    new PlainGptq(runtime, grid, problem.weight(), moments, 0.01).rounded(order == Order.ACTIVATION);
            int other = 0;
            for (int i = 0; i < expected.length; i++) {
                other += Math.abs(rounded[i] - expected[i]) > 1e-3 ? 1 : 0;
            }
            assertThat(other).as(order + " " + grid).isLessThanOrEqualTo(expected.length / 1000);
        }
    }

    /** G1: with uncorrelated inputs nothing can be compensated: nearest rounding, exactly. */
    @ParameterizedTest
    @MethodSource("grids")
    void withUncorrelatedInputsItIsNearestRounding(WeightGrid grid) {
        Problem problem = Problem.of(runtime, 1, ROWS, COLUMNS, TOKENS);
        SecondMoments identity = SecondMoments.of(runtime.manager().eye(COLUMNS), 1);
        float[] expected = nearest.round("w", problem.weight(), grid, null)
                .weight()
                .dequantize(runtime)
                .toFloatArray();
        for (Order order : Order.values()) {
            for (GroupScales scales : List.of(FIXED, CURRENT)) {
                Rounded rounded = gptq(order, scales).round("w", problem.weight(), grid, identity);
                assertThat(rounded.how()).isEqualTo(Rounded.How.COMPENSATED);
                assertThat(rounded.weight().dequantize(runtime).toFloatArray()).isEqualTo(expected);
            }
        }
    }

    /** G2: with the same grid the outputs' error is smaller on each of ten problems. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void itBeatsNearestRounding(long seed) {
        Problem problem = Problem.of(runtime, seed, ROWS, COLUMNS, TOKENS);
        grids().forEach(grid -> {
            double plain = problem.loss(
                    nearest.round("w", problem.weight(), grid, null).weight());
            for (Order order : Order.values()) {
                Rounded rounded = gptq(order, FIXED).round("w", problem.weight(), grid, problem.moments());
                assertThat(problem.loss(rounded.weight()) / plain)
                        .as(order + " " + grid)
                        .isLessThan(0.95);
            }
            Rounded current = gptq(Order.NATURAL, CURRENT).round("w", problem.weight(), grid, problem.moments());
            assertThat(problem.loss(current.weight()) / plain)
                    .as(grid.toString())
                    .isLessThan(1);
        });
    }

    /** The loss that the kernel computes from second moments is the one measured on the inputs. */
    @Test
    void theProxyLossIsTheMeasuredOne() {
        Problem problem = Problem.of(runtime, 3, ROWS, COLUMNS, TOKENS);
        StoredWeight rounded = nearest.round(
                        "w", problem.weight(), WeightGrid.full(COLUMNS, Format.integer(3, true, new Scope.Row())), null)
                .weight();
        NDArray error = rounded.dequantize(runtime).sub(problem.weight());
        double proxy = new WeightKernels(runtime).outputError(error, problem.moments());
        double measured = problem.loss(rounded) / TOKENS;
        assertThat(proxy).isCloseTo(measured, org.assertj.core.api.Assertions.within(1e-4 * measured));
    }

    /** More columns in a block only delay the updates. */
    @Test
    void theBlockChangesNothing() {
        Problem problem = Problem.of(runtime, 4, ROWS, COLUMNS, TOKENS);
        WeightGrid grid = WeightGrid.full(COLUMNS, Format.integer(3, true, Scope.columns(64)));
        double[] losses = new double[3];
        for (int i = 0; i < 3; i++) {
            int block = new int[] {1, 32, 500}[i];
            Rounding.Gptq settings = new Rounding.Gptq(0.01, block, Order.NATURAL, false, false);
            losses[i] = problem.loss(new Gptq(runtime, settings, CURRENT)
                    .round("w", problem.weight(), grid, problem.moments())
                    .weight());
        }
        assertThat(losses[1]).isCloseTo(losses[0], org.assertj.core.api.Assertions.within(0.02 * losses[0]));
        assertThat(losses[2]).isCloseTo(losses[0], org.assertj.core.api.Assertions.within(0.02 * losses[0]));
    }

    @Test
    void searchedScalesBeatFullRanges() {
        Problem problem = Problem.of(runtime, 5, ROWS, COLUMNS, TOKENS);
        WeightGrid grid = WeightGrid.full(COLUMNS, Format.integer(3, true, new Scope.Row()));
        double full = problem.loss(gptq(Order.NATURAL, CURRENT)
                .round("w", problem.weight(), grid, problem.moments())
                .weight());
        double searched = problem.loss(gptq(Order.NATURAL, searched(2.4))
                .round("w", problem.weight(), grid, problem.moments())
                .weight());
        assertThat(searched).isLessThan(0.8 * full);
    }

    /** Searched on the weight as it was, because the order is not the weight's. */
    @Test
    void searchedScalesServeActOrderToo() {
        Problem problem = Problem.of(runtime, 5, ROWS, COLUMNS, TOKENS);
        WeightGrid grid = WeightGrid.full(COLUMNS, Format.integer(3, true, Scope.columns(48)));
        double full = problem.loss(gptq(Order.ACTIVATION, FIXED)
                .round("w", problem.weight(), grid, problem.moments())
                .weight());
        double searched = problem.loss(gptq(Order.ACTIVATION, searched(2))
                .round("w", problem.weight(), grid, problem.moments())
                .weight());
        assertThat(searched).isLessThan(0.9 * full);
    }

    /** G3: channels that were never active are rounded to nearest, and the others as without them. */
    @ParameterizedTest
    @MethodSource("grids")
    void deadChannelsAreRoundedToNearest(WeightGrid grid) {
        Problem problem = Problem.of(runtime, 6, ROWS, COLUMNS, TOKENS);
        float[] alive = new float[COLUMNS];
        for (int i = 0; i < COLUMNS; i++) {
            alive[i] = i % 9 == 4 ? 0 : 1;
        }
        Problem partly = new Problem(
                runtime, problem.weight(), problem.inputs().mul(Tensors.floats(runtime.manager(), alive, COLUMNS)));
        Rounded rounded = gptq(Order.NATURAL, FIXED).round("w", partly.weight(), grid, partly.moments());
        assertThat(rounded.how()).isEqualTo(Rounded.How.COMPENSATED);
        assertThat(rounded.deadChannels()).isEqualTo(16);
        float[] values = rounded.weight().dequantize(runtime).toFloatArray();
        float[] plain = nearest.round("w", partly.weight(), grid, null)
                .weight()
                .dequantize(runtime)
                .toFloatArray();
        for (int i = 0; i < values.length; i++) {
            if (i % COLUMNS % 9 == 4) {
                assertThat(values[i]).isEqualTo(plain[i]);
            }
        }
    }

    /** G3: fewer tokens than channels: the moments are singular, and damping makes up for it. */
    @Test
    void fewTokensAreDamped() {
        Problem problem = Problem.of(runtime, 7, ROWS, COLUMNS, 5);
        WeightGrid grid = WeightGrid.full(COLUMNS, Format.integer(3, true, Scope.columns(48)));
        Rounded rounded = gptq(Order.NATURAL, FIXED).round("w", problem.weight(), grid, problem.moments());
        assertThat(rounded.how()).isEqualTo(Rounded.How.COMPENSATED);
        assertThat(problem.loss(rounded.weight()))
                .isLessThan(problem.loss(
                        nearest.round("w", problem.weight(), grid, null).weight()));
    }

    /** G3: the ladder climbs until the matrix is positive definite; −0.05 of the mean needs λ = 0.1. */
    @Test
    void indefiniteMomentsClimbTheLadder() {
        Problem problem = Problem.of(runtime, 8, ROWS, COLUMNS, TOKENS);
        NDArray gram = runtime.manager().eye(COLUMNS);
        NDArray shifted =
                gram.sub(runtime.manager().ones(new Shape(COLUMNS, COLUMNS)).mul(1.05f / COLUMNS));
        WeightGrid grid = WeightGrid.full(COLUMNS, Format.integer(3, true, new Scope.Row()));
        Rounded rounded = gptq(Order.NATURAL, FIXED).round("w", problem.weight(), grid, SecondMoments.of(shifted, 1));
        assertThat(rounded.how()).isEqualTo(Rounded.How.COMPENSATED);
        assertThat(rounded.damping()).isEqualTo(0.1);
    }

    /** G3: what no damping makes positive definite is rounded to nearest, and says so. */
    @ParameterizedTest
    @MethodSource("grids")
    void hopelessMomentsFallBackToNearest(WeightGrid grid) {
        Problem problem = Problem.of(runtime, 9, ROWS, COLUMNS, TOKENS);
        float[] plain = nearest.round("w", problem.weight(), grid, null)
                .weight()
                .dequantize(runtime)
                .toFloatArray();
        NDArray indefinite = runtime.manager()
                .eye(COLUMNS)
                .sub(runtime.manager().ones(new Shape(COLUMNS, COLUMNS)).mul(10f / COLUMNS));
        NDArray notNumbers = runtime.manager().full(new Shape(COLUMNS, COLUMNS), Float.NaN);
        for (NDArray gram : List.of(indefinite, notNumbers)) {
            Rounded rounded = gptq(Order.NATURAL, FIXED).round("w", problem.weight(), grid, SecondMoments.of(gram, 1));
            assertThat(rounded.how()).isEqualTo(Rounded.How.FELL_BACK);
            assertThat(rounded.weight().dequantize(runtime).toFloatArray()).isEqualTo(plain);
        }
    }

    /** The error of the low segment moves into the keepers. */
    @Test
    void keepersTakeTheErrorsOfTheOthers() {
        Problem problem = Problem.of(runtime, 10, ROWS, COLUMNS, TOKENS);
        WeightGrid grid = new WeightGrid(List.of(
                WeightGrid.Segment.full(112, Format.integer(2, true, Scope.columns(56))),
                WeightGrid.Segment.full(32, Format.integer(8, true, new Scope.Row()))));
        NDArray rounded = gptq(Order.NATURAL, CURRENT)
                .round("w", problem.weight(), grid, problem.moments())
                .weight()
                .dequantize(runtime);
        NDArray moved = rounded.sub(problem.weight()).get(":, 112:");
        NDArray step =
                problem.weight().get(":, 112:").abs().max(new int[] {1}, true).div(127f);
        assertThat(moved.abs().div(step).mean().getFloat()).isGreaterThan(1f);
    }

    /** With full-precision inputs that differ from the quantized ones, the asymmetric form comes nearer to the exact output. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void asymmetricCalibrationCompensatesTheInputsErrors(long seed) {
        Problem problem = Problem.of(runtime, seed, ROWS, COLUMNS, TOKENS);
        NDArray exact = problem.inputs();
        NDArray quantized = new WeightKernels(runtime)
                .fake(runtime.kernels(), exact, Format.integer(3, true, Scope.columns(48)), null, null);
        MomentSum sum = new MomentSum(runtime, COLUMNS, true);
        for (int first = 0; first < TOKENS; first += 100) {
            String rows = first + ":" + (first + 100);
            sum.add(quantized.get(rows).duplicate(), exact.get(rows).duplicate());
        }
        SecondMoments moments = sum.moments();
        assertThat(moments.tokens()).isEqualTo(TOKENS);
        WeightGrid grid = WeightGrid.full(COLUMNS, Format.integer(4, true, Scope.columns(48)));
        NDArray target = problem.product(exact, problem.weight().transpose());
        double[] losses = new double[2];
        for (boolean asymmetric : new boolean[] {false, true}) {
            Rounding.Gptq settings = new Rounding.Gptq(0.01, 32, Order.NATURAL, asymmetric, false);
            NDArray rounded = new Gptq(runtime, settings, CURRENT)
                    .round("w", problem.weight(), grid, moments)
                    .weight()
                    .dequantize(runtime);
            losses[asymmetric ? 1 : 0] = problem.product(quantized, rounded.transpose())
                    .sub(target)
                    .square()
                    .sum()
                    .getFloat();
        }
        assertThat(losses[1]).isLessThan(losses[0]);
        sum.close();
    }

    @ParameterizedTest
    @MethodSource("grids")
    void theSameArgumentsGiveTheSameCodes(WeightGrid grid) {
        Problem problem = Problem.of(runtime, 11, ROWS, COLUMNS, TOKENS);
        Gptq gptq = gptq(Order.ACTIVATION, FIXED);
        float[] first = gptq.round("w", problem.weight(), grid, problem.moments())
                .weight()
                .dequantize(runtime)
                .toFloatArray();
        float[] before = problem.weight().toFloatArray();
        float[] second = gptq.round("w", problem.weight(), grid, problem.moments())
                .weight()
                .dequantize(runtime)
                .toFloatArray();
        assertThat(second).isEqualTo(first);
        assertThat(problem.weight().toFloatArray()).isEqualTo(before);
    }

    @Test
    void noTensorOutlivesTheRounding() {
        Problem problem = Problem.of(runtime, 12, ROWS, COLUMNS, TOKENS);
        SecondMoments moments = problem.moments();
        List<WeightGrid> grids = grids().toList();
        int before = runtime.manager().getManagedArrays().size();
        for (WeightGrid grid : grids) {
            gptq(Order.ACTIVATION, FIXED)
                    .round("w", problem.weight(), grid, moments)
                    .weight()
                    .close();
            gptq(Order.NATURAL, searched(2))
                    .round("w", problem.weight(), grid, moments)
                    .weight()
                    .close();
        }
        assertThat(runtime.manager().getManagedArrays()).hasSize(before);
    }

    @Test
    void momentsThatWereNotObservedAreAskedFor() {
        NDArray weight = Problem.gaussian(runtime.manager(), new Random(1), 2, 8);
        WeightGrid grid = WeightGrid.full(8, Format.integer(4, true, new Scope.Row()));
        assertThatThrownBy(() -> gptq(Order.NATURAL, FIXED).round("layers.0.q", weight, grid, null))
                .hasMessageContaining("layers.0.q")
                .hasMessageContaining("without second moments");
        Rounding.Gptq asymmetric = new Rounding.Gptq(0.01, 32, Order.NATURAL, true, false);
        assertThatThrownBy(() -> new Gptq(runtime, asymmetric, FIXED)
                        .round(
                                "layers.0.q",
                                weight,
                                grid,
                                SecondMoments.of(runtime.manager().eye(8), 1)))
                .hasMessageContaining("without cross moments");
        assertThatThrownBy(() -> gptq(Order.NATURAL, FIXED)
                        .round("layers.0.q", weight, WeightGrid.full(9, Format.exact()), SecondMoments.of(weight, 1)))
                .hasMessageContaining("its grid has 9 input channels");
    }
}
