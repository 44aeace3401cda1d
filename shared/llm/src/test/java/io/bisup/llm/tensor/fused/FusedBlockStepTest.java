package io.bisup.llm.tensor.fused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.tensor.Compute;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.TestDevice;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The hand-staged step against the TorchScript block and automatic differentiation. */
class FusedBlockStepTest {
    private static final double POWER = 1.7;
    private static final double TOLERANCE = 2e-5;
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
    void lossAndGradientsAreThoseOfAutograd(BlockCase block) {
        try (NDScope scope = new NDScope();
                FusedBlockStep step = new FusedBlockStep(runtime, block.dims(), block.spec())) {
            scope.suppressNotUsedWarning();
            RandomBlock random = new RandomBlock(runtime.manager(), block);
            FusedBlockStep.Sample sample = random.sample(POWER);
            BlockOperands operands = random.operands();
            BlockOperands gradients = operands.map(NDArray::zerosLike);
            step.lossAndGradients(sample, operands, operands.map(NDArray::zerosLike));
            double loss = step.lossAndGradients(sample, operands, gradients);

            NDArray y = autograd(block, sample, operands.map(this::asLeaf));
            NDArray dy = y.zerosLike();
            double expected = squaredError(y, sample.target(), dy);
            kernels.backward(y, dy);
            assertThat(loss).isCloseTo(expected, within(1e-5 * expected));
            operands.with(gradients, this::compare);
        }
    }

    /** Products in bfloat16 are off by its rounding, 2⁻⁸ of each operand, and the two ways do not round alike. */
    @ParameterizedTest
    @MethodSource("cases")
    void bfloat16ProductsGiveNearlyTheSameLossAndGradients(BlockCase block) {
        TensorRuntime narrow = runtime.computing(Compute.BFLOAT16);
        try (NDScope scope = new NDScope();
                FusedBlockStep exact = new FusedBlockStep(runtime, block.dims(), block.spec());
                FusedBlockStep low = new FusedBlockStep(narrow, block.dims(), block.spec())) {
            scope.suppressNotUsedWarning();
            RandomBlock random = new RandomBlock(runtime.manager(), block);
            FusedBlockStep.Sample sample = random.sample(POWER);
            BlockOperands operands = random.operands();
            BlockOperands expected = operands.map(NDArray::zerosLike);
            BlockOperands actual = operands.map(NDArray::zerosLike);
            double loss = exact.lossAndGradients(sample, operands, expected);
            assertThat(low.lossAndGradients(sample, operands, actual))
                    .isNotEqualTo(loss)
                    .isCloseTo(loss, within(0.02 * loss));
            expected.with(actual, FusedBlockStepTest::compareDirections);
        }
    }

    /** A gradient of more than a few elements keeps its direction: cosine at least 0.95. */
    private static void compareDirections(NDArray expected, NDArray actual) {
        if (expected.size() < 64) {
            return;
        }
        double product = 0;
        double squares = 0;
        double others = 0;
        float[] a = expected.toFloatArray();
        float[] b = actual.toFloatArray();
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            squares += (double) a[i] * a[i];
            others += (double) b[i] * b[i];
        }
        if (squares > 0) {
            assertThat(product / Math.sqrt(squares * others))
                    .as("cosine of gradients %s", expected.getShape())
                    .isGreaterThan(0.95);
        }
    }

    private void compare(NDArray leaf, NDArray gradient) {
        if (leaf.size() > 0) {
            Closeness.assertClose("gradient " + leaf.getShape(), gradient, kernels.gradient(leaf), TOLERANCE);
        }
    }

    private NDArray autograd(BlockCase block, FusedBlockStep.Sample sample, BlockOperands operands) {
        NDArray[] low = block.clipsLowEnds() ? operands.low() : operands.high();
        NDArray[] weights =
                kernels.callManyWithGradient("ql_quantize", operands.weights(), operands.high(), low, block.spec());
        return kernels.callManyWithGradient(
                        "qb_forward",
                        sample.x(),
                        weights,
                        operands.activationClip(),
                        operands.keyValueClip(),
                        operands.a(),
                        operands.b(),
                        sample.cosine(),
                        sample.sine(),
                        sample.prefix().keys(),
                        sample.prefix().values(),
                        new long[] {block.dims().heads(), block.dims().keyValueHeads()},
                        block.spec(),
                        block.dims().epsilon(),
                        false)[0];
    }

    private static double squaredError(NDArray y, NDArray target, NDArray dy) {
        float[] a = y.toFloatArray();
        float[] t = target.toFloatArray();
        double sum = 0;
        FloatMatrix gradient = FloatMatrix.of(dy);
        for (int i = 0; i < a.length; i++) {
            double error = a[i] - t[i];
            sum += error * error;
            Lanes.set(Lanes.at(gradient.address(), i), (float) (2 * error / (a.length * POWER)));
        }
        return sum / (a.length * POWER);
    }

    private NDArray asLeaf(NDArray array) {
        if (array.size() > 0) {
            kernels.requireGradient(array);
        }
        return array;
    }
}
