package io.bisup.llm.fused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.kernel.LossWeights;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.tensor.TestDevice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FusedSquaredErrorTest {
    private static final int BATCH = 2;
    private static final int TOKENS = 5;
    private static final int HIDDEN = 37;
    private static final double POWER = 1.7;

    private final TensorRuntime runtime = TestDevice.runtime();
    private final float[] y = normal(1, BATCH * TOKENS * HIDDEN);
    private final float[] target = normal(2, BATCH * TOKENS * HIDDEN);

    private record Outcome(double loss, List<Float> gradient) {}

    @BeforeEach
    void onlyOnACpu() {
        assumeFalse(runtime.device().toDjl().isGpu(), "CPU kernels");
    }

    private Outcome run(float[] tokens, float[] channels) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray output = tensor(y, BATCH * TOKENS, HIDDEN);
            LossWeights weights = new LossWeights(
                    tokens.length == 0 ? tensor(tokens, 0) : tensor(tokens, tokens.length, 1),
                    tensor(channels, channels.length));
            double loss = FusedSquaredError.lossAndGradient(
                    FloatMatrix.of(output),
                    FloatMatrix.of(tensor(target, BATCH * TOKENS, HIDDEN)),
                    FusedSquaredError.Weights.of(weights),
                    POWER);
            List<Float> gradient = new ArrayList<>();
            for (float value : output.toFloatArray()) {
                gradient.add(value);
            }
            return new Outcome(loss, gradient);
        }
    }

    private NDArray tensor(float[] values, long... shape) {
        return Tensors.floats(runtime.manager(), values, shape);
    }

    private static float[] normal(long seed, int count) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    @ParameterizedTest
    @CsvSource({"false, false", "true, false", "false, true", "true, true"})
    void lossAndGradientAreThoseOfTheFormula(boolean byToken, boolean byChannel) {
        float[] tokens = byToken ? new float[] {0.5f, 1.5f, 0.2f, 1, 1.8f} : new float[0];
        float[] channels = byChannel ? normal(3, HIDDEN) : new float[0];
        Outcome outcome = run(tokens, channels);
        double loss = 0;
        for (int i = 0; i < y.length; i++) {
            double weight = (byToken ? tokens[i / HIDDEN % TOKENS] : 1) * (byChannel ? channels[i % HIDDEN] : 1);
            double error = y[i] - target[i];
            loss += weight * error * error / (y.length * POWER);
            assertThat((double) outcome.gradient.get(i))
                    .isCloseTo(2 * weight * error / (y.length * POWER), within(1e-8));
        }
        assertThat(outcome.loss).isCloseTo(loss, within(1e-5));
    }

    @Test
    void channelsOfOneAreExactlyNone() {
        float[] ones = new float[HIDDEN];
        Arrays.fill(ones, 1);
        Outcome plain = run(new float[0], new float[0]);
        Outcome weighted = run(new float[0], ones);
        assertThat(weighted.loss).isEqualTo(plain.loss);
        assertThat(weighted.gradient).isEqualTo(plain.gradient);
    }
}
