package io.bisup.quantize.kernel;

import static io.bisup.quantize.TinyModels.RUNTIME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.kernel.LossWeights;
import io.bisup.llm.tensor.Tensors;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LearningKernelsTest {
    private static final float[] OUTPUT = {1, 2, 3, 4, 5, 6};
    private static final float[] TARGET = {0.3f, 2.7f, 3, 1, 5.5f, 6.1f};

    private static double loss(float[] tokens, float[] channels) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            LossWeights weights = new LossWeights(tensor(tokens, tokens.length, 1), tensor(channels, channels.length));
            return LearningKernels.loss(
                            RUNTIME.kernels(), tensor(OUTPUT, 1, 2, 3), tensor(TARGET, 1, 2, 3), weights, 1.7)
                    .getFloat();
        }
    }

    private static NDArray tensor(float[] values, long... shape) {
        return values.length == 0
                ? Tensors.floats(RUNTIME.manager(), values, 0)
                : Tensors.floats(RUNTIME.manager(), values, shape);
    }

    private static float[] ones(int count) {
        float[] ones = new float[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    @Test
    void weightsOfOneAreExactlyNone() {
        double plain = loss(new float[0], new float[0]);
        assertThat(loss(ones(2), ones(3))).isEqualTo(plain);
        assertThat(loss(new float[0], ones(3))).isEqualTo(plain);
    }

    @Test
    void anErrorCountsByItsTokenAndItsChannel() {
        float[] tokens = {0.5f, 1.5f};
        float[] channels = {2, 0.25f, 0.75f};
        double expected = 0;
        for (int i = 0; i < OUTPUT.length; i++) {
            expected += tokens[i / 3] * channels[i % 3] * Math.pow(OUTPUT[i] - TARGET[i], 2);
        }
        assertThat(loss(tokens, channels)).isCloseTo(expected / (6 * 1.7), within(1e-6));
    }
}
