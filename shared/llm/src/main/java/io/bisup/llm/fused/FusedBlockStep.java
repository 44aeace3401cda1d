package io.bisup.llm.fused;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Scope;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.block.RotaryEmbedding;
import io.bisup.llm.kernel.FusedKernels;
import io.bisup.llm.kernel.LossWeights;
import io.bisup.llm.plan.BlockOperands;
import io.bisup.llm.plan.BlockPlan;
import io.bisup.llm.plan.PlannedBlock;
import io.bisup.llm.plan.Segment;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The loss of a planned block and its gradients on the CPU, staged by hand at the quantization points.
 *
 * <p>Computes what {@link PlannedBlock#quantized} with weights rounded to nearest and automatic differentiation compute.
 * Matrix products and flash attention are libtorch's; everything elementwise is a fused kernel of this package, and only what
 * the backward pass needs is kept, in a workspace that all steps of the same sizes share. Not thread safe.
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
     * @param planned what the block is; it holds the cache's rotation and must stay open
     * @param layer index of the block, or of one whose weights have the same formats
     * @param batch sequences of a sample
     * @param tokens of each sequence, without the prefix
     */
    public FusedBlockStep(TensorRuntime runtime, PlannedBlock planned, int layer, int batch, int tokens) {
        this.kernels = runtime.kernels();
        this.workspace = new Workspace(runtime.manager());
        this.none = workspace.buffer(0, 0);
        BlockPlan plan = planned.plan();
        StageTools tools = new StageTools(
                kernels,
                workspace,
                BlockDimensions.of(plan.config(), batch, tokens),
                plan,
                layer,
                none,
                runtime.lowPrecision());
        this.attention = new AttentionStage(tools, planned.rotations().keys());
        this.mlp = new MlpStage(tools);
    }

    /**
     * Whether it can run a plan's blocks: on a CPU, in a JVM with {@code --add-modules=jdk.incubator.vector}, without
     * scales of whole tensors.
     */
    public static boolean canRun(BlockPlan plan, TensorRuntime runtime) {
        return canRun(runtime)
                && formats(plan).noneMatch(format -> format.quantizes() && format.scope() instanceof Scope.Tensor);
    }

    /** Whether there is a CPU to run on and the JVM's vectors to run with. */
    static boolean canRun(TensorRuntime runtime) {
        return !runtime.device().isGpu()
                && ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }

    private static Stream<Format> formats(BlockPlan plan) {
        Stream<Site> inputs = BlockSites.INPUTS.stream();
        Stream<List<Segment>> weights = plan.weightSegments().stream().flatMap(layer -> layer.values().stream());
        Stream<List<Segment>> segments = Stream.concat(inputs.map(plan::inputSegments), weights);
        return Stream.concat(
                segments.flatMap(List::stream).map(Segment::format),
                Stream.of(plan.cache().keys(), plan.cache().values()));
    }

    /**
     * What a block is judged by.
     *
     * @param x input of the block [batch, tokens, hidden]
     * @param target what the block should return, [batch, tokens, hidden]
     * @param weights what tokens and channels count in the loss
     * @param targetMeanSquare mean square of the targets, which makes the loss free of scale
     * @param angles of the positions behind the prefix, [tokens, head dim / 2]
     * @param prefix exact keys and values [1, kv heads, prefix, head dim] that precede every sequence, or null
     * @param window positions that each query sees, its own included
     */
    public record Sample(
            NDArray x,
            NDArray target,
            LossWeights weights,
            double targetMeanSquare,
            RotaryEmbedding.Angles angles,
            @Nullable KeyValues prefix,
            int window) {}

    /**
     * Computes the loss mean(w c (block(x) − t)²) / mean(t²), t the targets, and adds its gradient to that of every parameter that
     * the operands and the prefix were made of with recording kernels (methods §2.5, made free of scale).
     *
     * @param sample of the batch and tokens that the step was made for
     * @throws IllegalArgumentException for tensors that are not float32 on the CPU
     */
    public double learn(Sample sample, BlockOperands operands) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            OperandGradients gradients = OperandGradients.of(kernels, operands, sample.prefix(), none);
            double loss = lossAndGradients(sample, new StepOperands(operands, gradients, none));
            gradients.pullBack();
            return loss;
        }
    }

    private double lossAndGradients(Sample sample, StepOperands operands) {
        FusedRotary rotary = new FusedRotary(
                FloatMatrix.of(sample.angles().cosines()),
                FloatMatrix.of(sample.angles().sines()));
        NDArray x = FusedKernels.flat(kernels, sample.x());
        NDArray residual = attention.forward(x, rotary, sample, operands);
        NDArray y = mlp.forward(residual, operands);

        double loss = FusedSquaredError.lossAndGradient(
                FloatMatrix.of(y),
                FloatMatrix.of(sample.target()),
                FusedSquaredError.Weights.of(sample.weights()),
                sample.targetMeanSquare());

        NDArray gradient = y;
        mlp.backward(residual, gradient, operands);
        attention.backward(x, gradient, rotary, sample, operands);
        return loss;
    }

    /** Frees the workspace. */
    @Override
    public void close() {
        workspace.close();
    }
}
