package io.bisup.llm.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.bisup.llm.tensor.Gaussians;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.TestDevice;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FusedKernelsTest {
    private static final int ROWS = 6;
    private static final int IN = 8;
    private static final int OUT = 4;
    private static final int RANK = 2;

    private final TensorRuntime runtime = TestDevice.runtime();
    private final Kernels kernels = runtime.kernels();
    private final NDScope scope = new NDScope();

    @AfterEach
    void closeScope() {
        scope.close();
    }

    /** A branch that is there and is not learnt: the gradient of its input is wanted, those of its factors are not. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aGradientThatIsNotWantedIsLeftOut(boolean lowPrecision) {
        NDArray none = runtime.manager().create(new Shape(0));
        FusedKernels.Linear linear = new FusedKernels.Linear(
                normal(1, ROWS, IN),
                normal(2, OUT, IN),
                none,
                normal(3, ROWS, IN),
                normal(4, OUT, RANK),
                normal(5, RANK, IN));
        NDArray dOut = normal(6, ROWS, OUT);
        NDArray wanted = runtime.manager().zeros(new Shape(ROWS, IN));
        FusedKernels.Linear gradients = new FusedKernels.Linear(none, none, none, wanted, none, none);

        FusedKernels.linearBackward(kernels, dOut, linear, gradients, false, lowPrecision);

        NDArray expected = dOut.matMul(linear.a()).matMul(linear.b());
        assertThat(wanted.sub(expected).abs().max().getFloat()).isLessThan(lowPrecision ? 0.1f : 1e-5f);
    }

    private static NDArray normal(int seed, long... shape) {
        return Gaussians.doubles(seed, shape).toType(DataType.FLOAT32, true);
    }
}
