package io.bisup.llm.fused;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import java.util.Arrays;

/**
 * The gradient of BiSup's loss with respect to its parameter spaces, with the block staged by hand.
 *
 * <p>Automatic differentiation carries the small maps from parameters to operands (sigmoid of the clip logits, smoothing folded
 * into weights); {@link FusedBlockStep} does the block. The result is that of the TorchScript kernel {@code ql_loss} and its
 * backward pass, up to rounding. Not thread safe.
 */
public final class FusedLearning implements AutoCloseable {
    private final Kernels kernels;
    private final FusedBlockStep step;
    private final NDArray none;
    private final long[] dims;
    private final boolean lowClips;

    /**
     * The parameters as {@code ql_loss} takes them; those learnt are leaves that require a gradient.
     *
     * @param weights 14, see {@link BlockOperands#weights}
     * @param theta smoothing logits of five places
     * @param start smoothing factors to start from
     * @param logBound logarithm of how far smoothing factors may leave their start
     * @param high clip logits of the seven weights
     * @param low clip logits of lower ends; unused when symmetric
     * @param activation clip logits of the four inputs
     * @param keyValue clip logits of keys and values
     * @param a low-rank branches [out, rank]
     * @param b low-rank branches [rank, in]
     */
    @SuppressWarnings("ArrayRecordComponent") // a bundle of kernel arguments, never compared
    public record Parameters(
            NDArray[] weights,
            NDArray[] theta,
            NDArray[] start,
            double logBound,
            NDArray[] high,
            NDArray[] low,
            NDArray[] activation,
            NDArray[] keyValue,
            NDArray[] a,
            NDArray[] b) {}

    /** As {@link FusedBlockStep#FusedBlockStep}. */
    public FusedLearning(TensorRuntime runtime, BlockDimensions dims, long... spec) {
        this.kernels = runtime.kernels();
        this.step = new FusedBlockStep(runtime, dims, spec);
        this.none = runtime.manager().create(new Shape(0), DataType.FLOAT32);
        this.dims = new long[] {dims.heads(), dims.keyValueHeads()};
        this.lowClips = spec[1] == 0;
        NDScope.unregister(none);
    }

    /** The loss of a sample; its gradient is added to every learnt parameter's. */
    public double learn(FusedBlockStep.Sample sample, Parameters parameters) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            BlockOperands operands = operands(parameters);
            BlockOperands gradients = operands.map(value -> kernels.call("fused_gradient", value));
            double loss = step.lossAndGradients(sample, operands, gradients);
            operands.with(gradients, this::pullBack);
            return loss;
        }
    }

    private BlockOperands operands(Parameters p) {
        return new BlockOperands(
                kernels.callManyWithGradient("ql_smooth_fold", p.weights(), p.theta(), p.start(), p.logBound(), dims),
                factors(p.high()),
                lowClips
                        ? factors(p.low())
                        : Arrays.stream(p.low()).map(low -> none).toArray(NDArray[]::new),
                factors(p.activation()),
                factors(p.keyValue()),
                p.a(),
                p.b());
    }

    private NDArray[] factors(NDArray[] logits) {
        return kernels.callManyWithGradient("ql_clip", (Object) logits);
    }

    /** Operands share parts of the recorded graph, so it is kept until the scope closes. */
    private void pullBack(NDArray value, NDArray gradient) {
        if (gradient.size() > 0) {
            JniUtils.backward((PtNDArray) value, (PtNDArray) gradient, true, false);
        }
    }

    /** Frees the workspace. */
    @Override
    public void close() {
        step.close();
        none.close();
    }
}
