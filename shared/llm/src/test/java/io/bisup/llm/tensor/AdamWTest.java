package io.bisup.llm.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The loss is x c with c = x held constant (glue outside of kernels is not recorded), whose gradient is x. */
class AdamWTest {
    private static final double RATE = 0.1;
    private static final double DECAY = 0.01;
    private final TensorRuntime runtime = TestDevice.runtime();
    private final Kernels kernels = runtime.kernels();
    private final NDScope scope = new NDScope();
    private final NDArray x = Tensors.doubles(runtime.manager(), new double[] {3, -4, 12}, 1, 3);

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private AdamW optimizer() {
        kernels.requireGradient(x);
        return new AdamW(kernels, List.of(new AdamW.Group("x", List.of(x), RATE, DECAY)), AdamW.Settings.DEFAULT);
    }

    private void backward() {
        NDArray loss = kernels.callWithGradient("matmul", x, x.transpose());
        kernels.backward(loss, loss.onesLike());
    }

    @Test
    void fiveStepsFollowTheFormula() {
        double[] expected = x.toDoubleArray();
        double[] mean = new double[3];
        double[] variance = new double[3];
        try (AdamW optimizer = optimizer()) {
            for (int step = 1; step <= 5; step++) {
                backward();
                optimizer.step();
                optimizer.zeroGradients();
                for (int i = 0; i < 3; i++) {
                    double gradient = expected[i];
                    mean[i] = 0.9 * mean[i] + 0.1 * gradient;
                    variance[i] = 0.999 * variance[i] + 0.001 * gradient * gradient;
                    double unbiased = mean[i] / (1 - Math.pow(0.9, step));
                    double root = Math.sqrt(variance[i] / (1 - Math.pow(0.999, step)));
                    expected[i] = expected[i] * (1 - RATE * DECAY) - RATE * unbiased / (root + 1e-8);
                }
            }
        }
        double[] actual = x.toDoubleArray();
        for (int i = 0; i < 3; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(1e-12));
        }
    }

    @Test
    void aLongGradientIsShortenedToTheLimitAndAShortOneIsLeft() {
        try (AdamW optimizer = optimizer()) {
            backward();
            assertThat(optimizer.clipGradientNorm(100)).isCloseTo(13, within(1e-12));
            assertThat(kernels.gradient(x).toDoubleArray()).containsExactly(3, -4, 12);
            assertThat(optimizer.clipGradientNorm(1)).isCloseTo(13, within(1e-12));
            assertThat(optimizer.clipGradientNorm(1)).isCloseTo(1, within(1e-6));
        }
    }
}
