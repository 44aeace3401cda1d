package io.bisup.quantize.stage;

import static io.bisup.quantize.TinyModels.RUNTIME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.bisup.llm.tensor.Kernels;
import io.bisup.quantize.kernel.StatisticsKernels;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutputLossTest {
    private static final int IN = 24;
    private static final int TIME = 40;
    private static final float[] NOISE = {0, 0.01f, 0.1f, 1};

    private final NDScope scope = new NDScope();

    @AfterEach
    void closeScope() {
        scope.close();
    }

    /** More outputs than inputs, as many, and fewer. */
    @ParameterizedTest
    @CsvSource({"40, 30", "12, 12", "10, 5"})
    void lossesAreSquaredErrorsLessOneNumber(int first, int second) {
        Kernels kernels = RUNTIME.kernels();
        NDArray[] exact = {random(first, IN), random(second, IN)};
        NDArray[] rounded = {near(exact[0], 0.1f), near(exact[1], 0.1f)};
        NDArray x = random(1, TIME, IN);
        NDArray outputs = StatisticsKernels.outputs(kernels, x, exact);
        OutputLoss loss = new OutputLoss(kernels, exact, rounded);
        NDArray wanted = loss.wanted(x);
        assertThat(wanted.getShape().get(2)).isEqualTo(Math.min(IN, first + second));

        double constant = StatisticsKernels.outputError(kernels, outputs, x, rounded) - loss.of(wanted, x);
        assertThat(constant).isGreaterThan(first + second > IN ? 1 : -1e-3);
        for (float noise : NOISE) {
            NDArray quantized = near(x, noise);
            double whole = StatisticsKernels.outputError(kernels, outputs, quantized, rounded);
            assertThat(loss.of(wanted, quantized)).isCloseTo(whole - constant, within(1e-5 * whole));
        }
    }

    private static NDArray near(NDArray x, float noise) {
        return x.add(random(x.getShape().getShape()).mul(noise));
    }

    private static NDArray random(long... shape) {
        return RUNTIME.manager().randomNormal(new Shape(shape));
    }
}
