package io.bisup.llm.fused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.block.AttentionContext;
import io.bisup.llm.block.BlockObserver;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.kernel.LossWeights;
import io.bisup.llm.plan.BlockOperands;
import io.bisup.llm.plan.PlannedBlock;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.TestDevice;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The hand-staged step against the block's graph and automatic differentiation, with respect to every operand. */
class FusedBlockStepTest {
    private static final double POWER = 1.7;
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
    void lossAndGradientsAreThoseOfTheGraph(BlockCase block) {
        BlockShape shape = block.shape();
        try (NDScope scope = new NDScope();
                RandomBlock random = new RandomBlock(runtime, block);
                PlannedBlock planned = new PlannedBlock(runtime, block.plan());
                FusedBlockStep step = new FusedBlockStep(runtime, planned, 0, shape.batch(), shape.tokens())) {
            scope.suppressNotUsedWarning();
            FusedBlockStep.Sample sample = random.sample(POWER);
            BlockOperands operands = random.operands();

            NDArray expected = loss(planned, sample, operands);
            kernels.backward(expected);
            Map<String, NDArray> gradients = gradients(random);
            step.learn(sample, operands);
            kernels.zeroGradients(random.leaves().values().toArray(NDArray[]::new));
            double loss = step.learn(sample, operands);

            assertThat(loss).isCloseTo(expected.getFloat(), within(1e-5 * loss));
            gradients(random)
                    .forEach((name, actual) -> Closeness.assertClose(name, actual, gradients.get(name), TOLERANCE));
        }
    }

    private Map<String, NDArray> gradients(RandomBlock random) {
        Map<String, NDArray> copies = new LinkedHashMap<>();
        random.leaves()
                .forEach((name, leaf) -> copies.put(name, kernels.gradient(leaf).duplicate()));
        return copies;
    }

    private NDArray loss(PlannedBlock planned, FusedBlockStep.Sample sample, BlockOperands operands) {
        KernelCalls recording = kernels.recording();
        DecoderBlock graph = planned.quantized(0, planned.roundedToNearest(0, recording, operands), operands);
        AttentionContext context =
                sample.prefix() == null ? AttentionContext.EMPTY : AttentionContext.of(sample.prefix());
        NDArray y = graph.run(recording, sample.x(), sample.angles(), context, BlockObserver.NONE);
        LossWeights weights = sample.weights();
        return recording.call(
                "learn_loss", y, sample.target(), weights.tokens(), weights.channels(), sample.targetMeanSquare());
    }
}
