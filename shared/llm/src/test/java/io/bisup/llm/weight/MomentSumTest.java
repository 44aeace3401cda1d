package io.bisup.llm.weight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.tensor.TestDevice;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MomentSumTest {
    private final TensorRuntime runtime = TestDevice.runtime();
    private final NDScope scope = new NDScope();
    private final Random random = new Random(2);

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private NDArray tokens(int count) {
        return Problem.gaussian(runtime.manager(), random, count, 6);
    }

    private NDArray product(NDArray a, NDArray b) {
        return runtime.kernels().call("matmul", a, b);
    }

    /** Sample by sample as all at once, however the samples are shaped. */
    @Test
    void samplesAddUp() {
        NDArray first = tokens(5);
        NDArray second = tokens(8);
        NDArray all = first.concat(second, 0);
        try (MomentSum sum = new MomentSum(runtime, 6, false)) {
            sum.add(first.reshape(1, 5, 6), first);
            sum.add(second.reshape(2, 4, 6), second);
            SecondMoments moments = sum.moments();
            assertThat(moments.tokens()).isEqualTo(13);
            assertThat(moments.cross()).isNull();
            assertThat(moments.gram().toFloatArray())
                    .containsExactly(product(all.transpose(), all).toFloatArray(), within(1e-4f));
        }
    }

    /** Widths of one row of blocks, of several, and of one that ends ragged; what was read before does not disturb what is added. */
    @ParameterizedTest
    @ValueSource(ints = {1, 128, 129, 300, 1030})
    void bothTrianglesAreThere(int width) {
        NDArray first = Problem.gaussian(runtime.manager(), random, 7, width);
        NDArray second = Problem.gaussian(runtime.manager(), random, 4, width);
        NDArray all = first.concat(second, 0);
        try (MomentSum sum = new MomentSum(runtime, width, false)) {
            sum.add(first);
            sum.moments();
            sum.add(second);
            NDArray gram = sum.moments().gram();
            NDArray expected = product(all.transpose(), all);
            assertThat(gram.sub(expected).abs().max().getFloat()).isLessThan(1e-4f);
            assertThat(gram.sub(gram.transpose()).abs().max().getFloat()).isZero();
        }
    }

    /** Σ (x − x̂) x̂ᵀ: zero where quantization changed nothing. */
    @Test
    void crossMomentsAreThoseOfTheDifference() {
        NDArray exact = tokens(9);
        NDArray quantized = exact.add(tokens(9).mul(0.1f));
        try (MomentSum sum = new MomentSum(runtime, 6, true);
                MomentSum same = new MomentSum(runtime, 6, true)) {
            sum.add(quantized, exact);
            same.add(exact, exact);
            NDArray expected = product(exact.sub(quantized).transpose(), quantized);
            assertThat(sum.moments().cross().toFloatArray()).containsExactly(expected.toFloatArray(), within(1e-4f));
            assertThat(same.moments().cross().toFloatArray()).containsOnly(0);
            assertThatThrownBy(() -> sum.add(exact)).hasMessageContaining("full-precision inputs too");
        }
    }

    @Test
    void nothingIsKnownBeforeTheFirstToken() {
        try (MomentSum sum = new MomentSum(runtime, 6, false)) {
            assertThatThrownBy(sum::moments).hasMessageContaining("0 tokens");
        }
    }

    @Test
    void closingFreesItsTensors() {
        int before = managed();
        try (MomentSum sum = new MomentSum(runtime, 6, true);
                NDScope samples = new NDScope()) {
            samples.suppressNotUsedWarning();
            sum.add(tokens(4), tokens(4));
            assertThat(managed()).isGreaterThan(before);
        }
        assertThat(managed()).isEqualTo(before);
    }

    private int managed() {
        return ((BaseNDManager) runtime.manager()).getManagedArrays().size();
    }

    /** The proxy that rounders are judged by: E‖D x‖². */
    @Test
    void theOutputErrorIsThatOfTheInputs() {
        NDArray inputs = tokens(20);
        NDArray error =
                Tensors.floats(runtime.manager(), new float[] {0.1f, 0, -0.2f, 0, 0, 0.3f, 0, 0.5f, 0, 0, 0, 0}, 2, 6);
        double expected = product(inputs, error.transpose()).square().sum().getFloat() / 20;
        try (MomentSum sum = new MomentSum(runtime, 6, false)) {
            sum.add(inputs, inputs);
            assertThat(new WeightKernels(runtime).outputError(error, sum.moments()))
                    .isCloseTo(expected, within(1e-5 * expected));
        }
    }
}
