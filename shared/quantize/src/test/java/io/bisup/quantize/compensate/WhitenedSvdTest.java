package io.bisup.quantize.compensate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
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
