package io.bisup.llm.fused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.TestDevice;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A whole learning step against {@code ql_loss} and automatic differentiation. */
class FusedLearningTest {
    private static final double TOLERANCE = 5e-5;
    private final TensorRuntime runtime = TestDevice.runtime();
    private final Kernels kernels = runtime.kernels();

    static Stream<BlockCase> cases() {
        return BlockCase.all();
    }

    @BeforeEach
    void onlyOnACpu() {
        assumeFalse(runtime.device().toDjl().isGpu(), "CPU kernels");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void parametersReceiveTheGradientsOfAutograd(BlockCase block) {
        try (NDScope scope = new NDScope();
                FusedLearning learning = new FusedLearning(runtime, block.dims(), block.spec())) {
            scope.suppressNotUsedWarning();
            RandomBlock random = new RandomBlock(runtime.manager(), block);
            FusedBlockStep.Sample sample = random.sample(1.3);
            FusedLearning.Parameters parameters = random.parameters();
            List<NDArray> learnt = learnt(parameters);
            learnt.forEach(kernels::requireGradient);

            NDArray expected = autograd(block, sample, parameters);
            kernels.backward(expected);
            List<NDArray> gradients = learnt.stream()
                    .map(leaf -> kernels.gradient(leaf).duplicate())
                    .toList();
            kernels.zeroGradients(learnt.toArray(NDArray[]::new));

            double loss = learning.learn(sample, parameters);
            assertThat(loss).isCloseTo(expected.getFloat(), within(1e-5 * loss));
            for (int i = 0; i < learnt.size(); i++) {
                NDArray gradient = kernels.gradient(learnt.get(i));
                Closeness.assertClose(i + " " + gradient.getShape(), gradient, gradients.get(i), TOLERANCE);
            }
        }
    }

    private static List<NDArray> learnt(FusedLearning.Parameters p) {
        return Stream.of(p.theta(), p.high(), p.low(), p.activation(), p.keyValue(), p.a(), p.b())
                .flatMap(Arrays::stream)
                .filter(array -> array.size() > 0)
                .toList();
    }

    private NDArray autograd(BlockCase block, FusedBlockStep.Sample sample, FusedLearning.Parameters p) {
        return kernels.callWithGradient(
                "ql_loss",
                sample.x(),
                sample.target(),
                sample.power(),
                p.weights(),
                p.theta(),
                p.start(),
                p.logBound(),
                p.high(),
                p.low(),
                p.activation(),
                p.keyValue(),
                p.a(),
                p.b(),
                sample.cosine(),
                sample.sine(),
                sample.prefix().keys(),
                sample.prefix().values(),
                new long[] {block.dims().heads(), block.dims().keyValueHeads()},
                block.spec(),
                block.dims().epsilon(),
                false);
    }
}
