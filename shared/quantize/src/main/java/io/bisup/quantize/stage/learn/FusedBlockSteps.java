package io.bisup.quantize.stage.learn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.fused.BlockDimensions;
import io.bisup.llm.tensor.fused.FusedBlockStep;
import io.bisup.llm.tensor.fused.FusedLearning;
import io.bisup.llm.tensor.fused.Prefix;
import io.bisup.quantize.stage.BlockContext;
import io.bisup.quantize.stage.BlockParameters;
import org.jspecify.annotations.Nullable;

/**
 * Steps on the fused CPU kernels; blocks of the same sizes share one workspace. Losses are measured by {@link TorchBlockStep}.
 *
 * <p>Not thread safe, as training itself.
 */
public final class FusedBlockSteps implements BlockSteps {

    private final TensorRuntime runtime;
    private @Nullable FusedLearning learning;
    private @Nullable BlockDimensions dimensions;

    public FusedBlockSteps(TensorRuntime runtime) {
        this.runtime = runtime;
    }

    @Override
    public BlockStep create(BlockContext context, BlockParameters parameters, double power) {
        return new Step(context, parameters, power, new TorchBlockStep(context, parameters, power));
    }

    private FusedLearning learning(BlockContext context, Shape input) {
        DecoderConfig config = context.config();
        BlockDimensions wanted = new BlockDimensions(
                Math.toIntExact(input.get(0)),
                Math.toIntExact(input.get(1)),
                config.hiddenSize(),
                config.attentionHeads(),
                config.keyValueHeads(),
                config.headDim(),
                config.intermediateSize(),
                config.rmsNormEpsilon());
        if (learning == null || !wanted.equals(dimensions)) {
            close();
            learning = new FusedLearning(runtime, wanted, context.formats().spec());
            dimensions = wanted;
        }
        return learning;
    }

    private final class Step implements BlockStep {
        private final BlockContext context;
        private final BlockParameters parameters;
        private final double power;
        private final BlockStep measuring;

        Step(BlockContext context, BlockParameters parameters, double power, BlockStep measuring) {
            this.context = context;
            this.parameters = parameters;
            this.power = power;
            this.measuring = measuring;
        }

        @Override
        public double learn(NDArray input, NDArray target) {
            FusedBlockStep.Sample sample = new FusedBlockStep.Sample(
                    input,
                    target,
                    power,
                    context.angles().cosines(),
                    context.angles().sines(),
                    new Prefix(parameters.prefixKeys(), parameters.prefixValues()));
            FusedLearning.Parameters learnt = new FusedLearning.Parameters(
                    context.weights(),
                    parameters.theta(),
                    parameters.start(),
                    parameters.logBound(),
                    parameters.high(),
                    parameters.low(),
                    parameters.activation(),
                    parameters.keyValue(),
                    parameters.a(),
                    parameters.b());
            return learning(context, input.getShape()).learn(sample, learnt);
        }

        @Override
        public double measure(int[] samples) {
            return measuring.measure(samples);
        }
    }

    @Override
    public void close() {
        if (learning != null) {
            learning.close();
            learning = null;
        }
    }
}
