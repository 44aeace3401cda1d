package io.bisup.quantize.stage.lowrank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Scope;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.weight.WeightKernels;
import io.bisup.quantize.TinyModels;
import io.bisup.quantize.stage.compensate.LowRankFactors;
import io.bisup.quantize.stage.compensate.WhitenedSvd;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LowRankChoiceTest {
    private static final int OUT = 40;
    private static final int IN = 64;
    private static final int TOKENS = 300;
    private static final Format W4 = Format.integer(4, true, new Scope.Row());

    private final TensorRuntime runtime = TinyModels.RUNTIME;
    private final Kernels kernels = runtime.kernels();
    private final NDScope scope = new NDScope();
    private final WhitenedSvd svd = new WhitenedSvd(runtime, new SplittableRandom(1));
    private final EnergyRank choice = new EnergyRank(kernels);

    @AfterEach
    void closeScope() {
        scope.close();
    }

    @ParameterizedTest
    @CsvSource({"0.5, 1", "0.79, 1", "0.8, 1", "0.81, 2", "0.95, 2", "0.96, 3", "1, 3"})
    void theSmallestRankThatHoldsTheEnergy(double part, int rank) {
        assertThat(new Spectrum(new double[] {4, Math.sqrt(3), 1}, 20).rankFor(part))
                .isEqualTo(rank);
    }

    @Test
    void aSpectrumThatIsCutOffGivesAllItHas() {
        assertThat(new Spectrum(new double[] {4, 2}, 100).rankFor(0.9)).isEqualTo(2);
        assertThat(new Spectrum(new double[] {0, 0}, 0).rankFor(0.9)).isZero();
        assertThatThrownBy(() -> new Spectrum(new double[] {1}, 1).rankFor(1.5)).hasMessageContaining("1.5");
    }

    @Test
    void theEffectiveRankCountsEqualDirections() {
        assertThat(new Spectrum(new double[] {2, 2, 2, 2, 0}, 16).effectiveRank())
                .isCloseTo(4, within(1e-12));
        assertThat(new Spectrum(new double[] {5, 0}, 25).effectiveRank()).isCloseTo(1, within(1e-12));
        assertThat(new Spectrum(new double[] {0}, 0).effectiveRank()).isZero();
    }

    /** L1 with a rank by energy: what is left of ‖E S‖² is at most 1 − τ of it, and one direction fewer leaves more. */
    @ParameterizedTest
    @ValueSource(doubles = {0.3, 0.6, 0.9})
    void factorsCutByEnergyLeaveTheRest(double part) {
        NDArray error = gaussian(1, OUT, IN);
        NDArray root = svd.root(gram(inputs()), TOKENS);
        LowRankFactors all = svd.factor(error, root, OUT);
        Spectrum spectrum = choice.spectrum(all, error, root);
        double[] exact =
                kernels.call("lowrank_singular_values", product(error, root)).toDoubleArray();
        for (int i = 0; i < OUT; i++) {
            assertThat(spectrum.leading()[i]).isCloseTo(exact[i], within(1e-6 * exact[0]));
        }
        int rank = spectrum.rankFor(part);
        assertThat(rank).isBetween(1, OUT - 1);
        double left = left(choice.leading(all, rank), error, root);
        assertThat(left).isLessThanOrEqualTo((1 - part) * spectrum.energy() * (1 + 1e-6));
        assertThat(left(choice.leading(all, rank - 1), error, root)).isGreaterThan((1 - part) * spectrum.energy());
        assertThat(choice.leading(all, rank).b().getShape().get(0)).isEqualTo(rank);
    }

    @Test
    void outliersAreLargeInBoth() {
        double[] activations = {1, 9, 2, 8, 1, 3};
        double[] weights = {9, 1, 5, 4, 1, 3};
        OutlierChannels outliers = OutlierChannels.select(activations, weights, 3);
        assertThat(outliers.channels()).containsExactly(0, 2, 3);
        assertThat(outliers.smoothing(activations)).containsExactly(1, 1, 2, 8, 1, 1);
        assertThat(OutlierChannels.select(activations, weights, 0).smoothing(activations))
                .containsOnly(1);
    }

    @Test
    void silentOutliersAreNotSmoothed() {
        OutlierChannels outliers = OutlierChannels.select(new double[] {0, 6}, new double[] {1, 1}, 2);
        assertThat(outliers.smoothing(0, 6)).containsExactly(1, 1);
        assertThatThrownBy(() -> OutlierChannels.select(new double[2], new double[3], 1))
                .hasMessageContaining("2 activations and 3 weights");
    }

    /** L2 with outliers taken out: a branch over E′ = W − Q(W − W_o) beats one over W − Q(W) where few channels are large. */
    @Test
    void aBranchThatCarriesOutliersLeavesLess() {
        NDArray weight = planted();
        NDArray x = inputs();
        NDArray root = svd.root(gram(x), TOKENS);
        OutlierChannels outliers = OutlierChannels.select(magnitudes(x), magnitudes(weight), 4);
        assertThat(outliers.channels()).containsExactly(5, 17, 30, 44);
        NDArray rest = outliers.without(kernels, runtime.manager(), weight);
        NDArray plain = weight.sub(quantized(weight));
        NDArray extracted = weight.sub(quantized(rest));
        int rank = 8;
        double withOutliers = outputError(extracted, svd.factor(extracted, root, rank), x);
        double without = outputError(plain, svd.factor(plain, root, rank), x);
        double none = energy(product(plain, x.transpose()));
        assertThat(without).isLessThan(none);
        assertThat(withOutliers).isLessThan(0.5 * without);
    }

    /** Few channels whose weights are a hundred times the others'. */
    private NDArray planted() {
        double[] values = gaussian(2, OUT, IN).toDoubleArray();
        for (int row = 0; row < OUT; row++) {
            for (int channel : new int[] {5, 17, 30, 44}) {
                values[row * IN + channel] *= 100;
            }
        }
        return Tensors.doubles(runtime.manager(), values, OUT, IN);
    }

    private NDArray quantized(NDArray weight) {
        return new WeightKernels(runtime).fake(kernels, weight, W4, null, null);
    }

    private double left(LowRankFactors factors, NDArray error, NDArray root) {
        return energy(product(error.sub(product(factors.a(), factors.b())), root));
    }

    private double outputError(NDArray error, LowRankFactors factors, NDArray x) {
        return energy(product(error.sub(product(factors.a(), factors.b())), x.transpose()));
    }

    private static double[] magnitudes(NDArray rows) {
        return rows.abs().mean(new int[] {0}).toDoubleArray();
    }

    private NDArray product(NDArray a, NDArray b) {
        return kernels.call("matmul", a, b);
    }

    private static double energy(NDArray x) {
        return x.square().sum().getDouble();
    }

    private NDArray inputs() {
        return product(gaussian(3, TOKENS, IN), gaussian(4, IN, IN));
    }

    private NDArray gram(NDArray x) {
        return product(x.transpose(), x);
    }

    private NDArray gaussian(long seed, int rows, int columns) {
        Random random = new Random(seed);
        double[] values = new double[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextGaussian();
        }
        return Tensors.doubles(runtime.manager(), values, rows, columns);
    }
}
