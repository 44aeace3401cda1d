package io.bisup.llm.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import io.bisup.llm.tensor.Gaussians;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.tensor.TestDevice;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The plain operations against their definitions, written out in Java. */
class LinearKernelsTest {
    private final TensorRuntime runtime = TestDevice.runtime();
    private final Kernels kernels = runtime.kernels();
    private final NDScope scope = new NDScope();

    @AfterEach
    void closeScope() {
        scope.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLinearMultipliesByTheTransposedWeight(boolean withBias) {
        NDArray x = Gaussians.doubles(1, 2, 3, 5);
        NDArray weight = Gaussians.doubles(2, 4, 5);
        NDArray bias = Gaussians.doubles(3, 4);
        double[] actual = LinearKernels.linear(kernels, x, weight, withBias ? bias : null, false)
                .toDoubleArray();
        double[] xs = x.toDoubleArray();
        double[] ws = weight.toDoubleArray();
        for (int row = 0; row < 6; row++) {
            for (int out = 0; out < 4; out++) {
                double expected = withBias ? bias.toDoubleArray()[out] : 0;
                for (int in = 0; in < 5; in++) {
                    expected += xs[row * 5 + in] * ws[out * 5 + in];
                }
                assertThat(actual[row * 4 + out]).isCloseTo(expected, within(1e-12));
            }
        }
    }

    /** ε counts: a vector far below it is not blown up to length one. */
    @ParameterizedTest
    @ValueSource(doubles = {1, 1e-4})
    void rmsNormDividesByTheRootMeanSquare(double scale) {
        double epsilon = 1e-6;
        NDArray x = Gaussians.doubles(4, 3, 6).mul(scale);
        NDArray gamma = Gaussians.doubles(5, 6);
        double[] actual = LinearKernels.rmsNorm(kernels, x, gamma, epsilon).toDoubleArray();
        double[] xs = x.toDoubleArray();
        for (int row = 0; row < 3; row++) {
            double squares = 0;
            for (int i = 0; i < 6; i++) {
                squares += xs[row * 6 + i] * xs[row * 6 + i];
            }
            for (int i = 0; i < 6; i++) {
                double expected = gamma.toDoubleArray()[i] * xs[row * 6 + i] / Math.sqrt(squares / 6 + epsilon);
                assertThat(actual[row * 6 + i]).isCloseTo(expected, within(1e-12));
            }
        }
    }

    /** SiLU is of the gate, not of up; far out it is the identity or nothing, and never NaN. */
    @Test
    void swigluGates() {
        NDArray gate = Tensors.doubles(runtime.manager(), new double[] {0, 1, -1, 800, -800}, 5);
        NDArray up = Tensors.doubles(runtime.manager(), new double[] {5, 2, 2, 3, 3}, 5);
        double silu = 1 / (1 + Math.exp(-1));
        assertThat(LinearKernels.swiglu(kernels, gate, up).toDoubleArray())
                .containsExactly(new double[] {0, 2 * silu, -2 * (1 - silu), 2400, 0}, within(1e-12));
    }

    @Test
    void embeddingsAreRowsOfTheTable() {
        NDArray table = Gaussians.doubles(6, 7, 3);
        NDArray ids = Tensors.longs(runtime.manager(), new long[] {6, 0, 6, 2}, 2, 2);
        NDArray embedded = LinearKernels.embedding(kernels, ids, table);
        assertThat(embedded.getShape().getShape()).containsExactly(2, 2, 3);
        assertThat(embedded.get("1, 1").toDoubleArray())
                .isEqualTo(table.get("2").toDoubleArray());
        assertThat(embedded.get("0, 0").toDoubleArray())
                .isEqualTo(embedded.get("1, 0").toDoubleArray());
    }

    @Test
    void columnsAreCutAndPutTogether() {
        NDArray x = Gaussians.doubles(7, 2, 3, 8);
        NDArray left = LinearKernels.columns(kernels, x, 0, 3);
        NDArray middle = LinearKernels.columns(kernels, x, 3, 4);
        NDArray right = LinearKernels.columns(kernels, x, 7, 1);
        assertThat(middle.getShape().getShape()).containsExactly(2, 3, 4);
        assertThat(LinearKernels.concatenate(kernels, left, middle, right).toDoubleArray())
                .isEqualTo(x.toDoubleArray());
    }

    /** Products in bfloat16 are near the exact ones, and are not them: the switch does something. */
    @Test
    void lowPrecisionRoundsTheFactors() {
        NDArray x = single(Gaussians.doubles(8, 4, 64));
        NDArray weight = single(Gaussians.doubles(9, 16, 64));
        NDArray exact = LinearKernels.linear(kernels, x, weight, null, false);
        NDArray low = LinearKernels.linear(kernels, x, weight, null, true);
        float distance = low.sub(exact).abs().max().getFloat();
        assertThat(distance).isPositive().isLessThan(0.02f * exact.abs().max().getFloat());
    }

    private NDArray single(NDArray x) {
        return x.toType(DataType.FLOAT32, true);
    }
}
