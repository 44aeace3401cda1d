package io.bisup.llm.tensor.fused;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;

/**
 * The loss of a quantized decoder block and its gradients on the CPU, staged by hand at the quantization points.
 *
 * <p>Computes what the TorchScript kernel {@code qb_forward} and automatic differentiation compute. Matrix products and
 * flash attention are libtorch's; everything elementwise is a fused kernel of this package, and only what the backward pass
 * needs is kept, in a workspace that all steps of the same dimensions share. The linears' products follow the runtime's
 * {@link io.bisup.llm.tensor.Compute}; attention is always float32. Not thread safe.
 */
public final class FusedBlockStep implements AutoCloseable {
    private final Kernels kernels;
    private final Workspace workspace;
    private final NDArray none;
    private final AttentionStage attention;
    private final MlpStage mlp;

    /**
     * Allocates the workspace.
     *
     * @param spec as {@code quant_block.py} takes it: bits, symmetric, group of weights; the same of activations; bits,
     *     symmetric of the cache
     */
    public FusedBlockStep(TensorRuntime runtime, BlockDimensions dims, long... spec) {
        this.kernels = runtime.kernels();
        this.workspace = new Workspace(runtime.manager());
        this.none = workspace.buffer(0, 0);
        StageTools tools =
                new StageTools(kernels, workspace, dims, BlockQuantizers.of(spec), none, runtime.lowPrecision());
        this.attention = new AttentionStage(tools);
        this.mlp = new MlpStage(tools);
    }

    /** Whether this device and this JVM, which needs {@code --add-modules=jdk.incubator.vector}, can run it. */
    public static boolean isAvailable(TensorRuntime runtime) {
        return !runtime.device().toDjl().isGpu()
                && ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }

    /**
     * What a sample is judged by.
     *
     * @param x input of the block [batch, tokens, hidden]
     * @param target what the block should return, as x
     * @param power mean square of the targets, which makes the loss free of scale
     * @param cosine of the positions behind the prefix [tokens, head size / 2]
     * @param sine as cosine
     */
    public record Sample(NDArray x, NDArray target, double power, NDArray cosine, NDArray sine, Prefix prefix) {}

    /**
     * Computes the loss mean((block(x) − target)²) / power and adds its gradients to those given.
     *
     * @param gradients of the operands' shapes; empty where none is wanted
     */
    public double lossAndGradients(Sample sample, BlockOperands operands, BlockOperands gradients) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            FusedRotary rotary = new FusedRotary(FloatMatrix.of(sample.cosine()), FloatMatrix.of(sample.sine()));
            NDArray x = kernels.call("fused_flat", sample.x());
            NDArray residual = attention.forward(x, rotary, sample.prefix(), operands);
            NDArray y = mlp.forward(residual, operands, none);

            FloatMatrix target = FloatMatrix.of(sample.target());
            double loss = FusedSquaredError.lossAndGradient(FloatMatrix.of(y), target, sample.power());

            NDArray gradient = y;
            mlp.backward(residual, gradient, operands, gradients);
            attention.backward(x, gradient, rotary, operands, gradients);
            return loss;
        }
    }

    /** Frees the workspace. */
    @Override
    public void close() {
        workspace.close();
    }
}
