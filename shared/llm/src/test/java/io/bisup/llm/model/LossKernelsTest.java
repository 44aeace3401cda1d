package io.bisup.llm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.tensor.TestDevice;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LossKernelsTest {
    private final TensorRuntime runtime = TestDevice.runtime();
    private final NDScope scope = new NDScope();
    private final NDArray logits = Tensors.doubles(runtime.manager(), new double[] {1, 2, 3, 0, 0, 0, -1, 4, -1}, 3, 3);

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private NDArray targets(long... ids) {
        return Tensors.longs(runtime.manager(), ids, ids.length);
    }

    @Test
    void crossEntropyIsTheMeanOverTargetsThatCount() {
        double first = Math.log(Math.exp(-2) + Math.exp(-1) + 1);
        NDArray loss = runtime.kernels().call("cross_entropy", logits, targets(2, 1, -100));
        assertThat(loss.getDouble()).isCloseTo((first + Math.log(3)) / 2, within(1e-14));
    }

    @Test
    void scoresAreLogProbabilitiesAndWhetherTheTargetIsTheBest() {
        NDArray[] scores = runtime.kernels().callMany("score_targets", logits, targets(1, 0, 1));
        double[] expected = {
            -1 - Math.log(Math.exp(-2) + Math.exp(-1) + 1), -Math.log(3), -Math.log(1 + 2 * Math.exp(-5)),
        };
        assertThat(scores[0].toDoubleArray()).containsExactly(expected, within(1e-14));
        assertThat(scores[1].toLongArray()[0]).isZero();
        assertThat(scores[1].toLongArray()[2]).isOne();
    }

    @Test
    void uniformLogitsHaveThePerplexityOfTheVocabulary() {
        NDArray uniform = Tensors.floats(runtime.manager(), new float[7 * 97], 7, 97);
        NDArray loss = runtime.kernels().call("cross_entropy", uniform, targets(0, 1, 2, 3, 4, 5, 96));
        assertThat(Math.exp(loss.getFloat())).isCloseTo(97, within(1e-4));
    }
}
