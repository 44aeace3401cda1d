package io.bisup.quantize.compensate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Scope;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.weight.WeightKernels;
import io.bisup.quantize.TinyModels;
import io.bisup.quantize.block.Branch;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WhitenedSvdTest {
    private static final int TOKENS = 400;

    private final TensorRuntime runtime = TinyModels.RUNTIME;
    private final NDScope scope = new NDScope();
    private final WhitenedSvd svd = new WhitenedSvd(runtime, new SplittableRandom(1));

    @AfterEach
    void closeScope() {
        scope.close();
    }

    /** L1: ‖(E − L) S‖² is the energy of the singular values that were cut off. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4, 16, 63})
    void theErrorIsTheTailOfTheSpectrum(int rank) {
        NDArray error = gaussian(64, 96, 1);
        NDArray root = svd.root(gram(inputs(96)), TOKENS);
        NDArray product = matmul(error, root);
        double[] values =
                runtime.kernels().call("lowrank_singular_values", product).toDoubleArray();
        double tail = 0;
        for (int i = rank; i < values.length; i++) {
            tail += values[i] * values[i];
        }
        double left = energy(matmul(error.sub(low(svd.factor(error, root, rank, 1))), root));
        assertThat(left).isCloseTo(tail, within(1e-6 * energy(product)));
    }

    /** L1 with a rank by energy: at most 1 − τ of ‖E S‖² is left, and one direction fewer leaves more. */
    @ParameterizedTest
    @ValueSource(doubles = {0.3, 0.6, 0.9})
    void theSmallestRankWithTheEnergyIsTaken(double part) {
        NDArray error = gaussian(64, 96, 8);
        NDArray root = svd.root(gram(inputs(96)), TOKENS);
        double whole = energy(matmul(error, root));
        Branch branch = svd.factor(error, root, 64, part);
        int rank = Math.toIntExact(branch.b().getShape().get(0));
        assertThat(rank).isBetween(1, 63);
        assertThat(energy(matmul(error.sub(low(branch)), root))).isLessThanOrEqualTo((1 - part) * whole * (1 + 1e-6));
        if (rank > 1) {
            Branch smaller = svd.factor(error, root, rank - 1, 1);
            assertThat(energy(matmul(error.sub(low(smaller)), root))).isGreaterThan((1 - part) * whole);
        }
        assertThat(svd.factor(error, root, 2, 0.999).b().getShape().get(0)).isEqualTo(2);
    }

    /** ASER §3.3: a branch over W − Q(W less its outlier columns) leaves less than one over W − Q(W) where few columns are large. */
    @Test
    void aBranchThatCarriesOutlierColumnsLeavesLess() {
        double[] keep = new double[96];
        double[] magnitude = new double[96];
        for (int i = 0; i < 96; i++) {
            keep[i] = i % 24 == 5 ? 0 : 1;
            magnitude[i] = i % 24 == 5 ? 100 : 1;
        }
        NDArray weight = gaussian(64, 96, 9).mul(Tensors.doubles(runtime.manager(), magnitude, 96));
        NDArray rest = weight.mul(Tensors.doubles(runtime.manager(), keep, 96));
        NDArray x = inputs(96);
        NDArray root = svd.root(gram(x), TOKENS);
        NDArray plain = weight.sub(rounded(weight));
        NDArray extracted = weight.sub(rounded(rest));
        double without = outputError(plain, svd.factor(plain, root, 8, 1), x);
        double carried = outputError(extracted, svd.factor(extracted, root, 8, 1), x);
        assertThat(carried).isLessThan(0.5 * without);
    }

    private NDArray rounded(NDArray weight) {
        return new WeightKernels(runtime)
                .fake(runtime.kernels(), weight, Format.integer(4, true, new Scope.Row()), null, null);
    }

    /** L2: in the outputs' error, whitened is at most plain, plain is at most none. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8, 32})
    void whitenedBeatsPlainBeatsNone(int rank) {
        NDArray error = gaussian(64, 96, 2);
        NDArray x = inputs(96);
        double whitened = outputError(error, svd.factor(error, svd.root(gram(x), TOKENS), rank, 1), x);
        NDArray identity = runtime.manager().eye(96).toType(ai.djl.ndarray.types.DataType.FLOAT64, true);
        double plain = outputError(error, svd.factor(error, identity, rank, 1), x);
        double none = energy(matmul(error, x.transpose()));
        assertThat(whitened).isLessThanOrEqualTo(plain * (1 + 1e-6));
        assertThat(plain).isLessThan(none);
    }

    @Test
    void fullRankLeavesNothing() {
        NDArray error = gaussian(48, 96, 3);
        NDArray x = inputs(96);
        double left = outputError(error, svd.factor(error, svd.root(gram(x), TOKENS), 200, 1), x);
        assertThat(left).isLessThan(1e-8 * energy(matmul(error, x.transpose())));
    }

    /** L3: the randomized SVD's tail energy is within 2 % of the dense one's. */
    @Test
    void theRandomizedSvdIsAsGoodAsTheDenseOne() {
        int size = (int) WhitenedSvd.DENSE_LIMIT + 32;
        int rank = 32;
        NDArray error = gaussian(size, size, 4);
        NDArray root = runtime.manager().eye(size).toType(ai.djl.ndarray.types.DataType.FLOAT64, true);
        double randomized = energy(error.sub(low(svd.factor(error, root, rank, 1))));
        double[] values =
                runtime.kernels().call("lowrank_singular_values", error).toDoubleArray();
        double tail = 0;
        for (int i = rank; i < values.length; i++) {
            tail += values[i] * values[i];
        }
        assertThat(randomized).isCloseTo(tail, within(0.02 * tail));
    }

    @Test
    void inputsThatSpanNothingAreDamped() {
        NDArray error = gaussian(16, 24, 5);
        NDArray root = svd.root(runtime.manager().zeros(new Shape(24, 24)), TOKENS);
        Branch factors = svd.factor(error, root, 4, 1);
        assertThat(factors.a().toDoubleArray()).doesNotContain(Double.NaN).doesNotContain(Double.POSITIVE_INFINITY);
        assertThat(factors.b().toDoubleArray()).doesNotContain(Double.NaN).doesNotContain(Double.POSITIVE_INFINITY);
    }

    private double outputError(NDArray error, Branch factors, NDArray x) {
        return energy(matmul(error.sub(low(factors)), x.transpose()));
    }

    private NDArray low(Branch factors) {
        return matmul(factors.a(), factors.b());
    }

    private NDArray matmul(NDArray a, NDArray b) {
        return runtime.kernels().call("matmul", a, b);
    }

    private static double energy(NDArray x) {
        return x.square().sum().getDouble();
    }

    /** Correlated inputs of very different channel magnitudes, [tokens, in]. */
    private NDArray inputs(int width) {
        NDArray mix = gaussian(width, width, 6);
        NDArray scale = runtime.manager().arange(width).toType(ai.djl.ndarray.types.DataType.FLOAT64, true);
        return matmul(gaussian(TOKENS, width, 7), mix).mul(scale.add(1).square());
    }

    private NDArray gram(NDArray x) {
        return matmul(x.transpose(), x);
    }

    private NDArray gaussian(int rows, int columns, long seed) {
        Random random = new Random(seed);
        double[] values = new double[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextGaussian();
        }
        return Tensors.doubles(runtime.manager(), values, rows, columns);
    }
}
