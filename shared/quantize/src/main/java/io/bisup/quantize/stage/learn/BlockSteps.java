package io.bisup.quantize.stage.learn;

import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.fused.FusedBlockStep;
import io.bisup.quantize.stage.BlockContext;
import io.bisup.quantize.stage.BlockParameters;

/** Makes the training step of a block; chosen once per device. */
@FunctionalInterface
public interface BlockSteps extends AutoCloseable {

    /** The step that runs anywhere. */
    BlockSteps TORCH = TorchBlockStep::new;

    /** The fastest on a device: the fused kernels on a CPU, when the JVM has the Vector API. */
    static BlockSteps fastest(TensorRuntime runtime) {
        return FusedBlockStep.isAvailable(runtime) ? new FusedBlockSteps(runtime) : TORCH;
    }

    /**
     * The step of one block.
     *
     * @param power mean square of the targets
     */
    BlockStep create(BlockContext context, BlockParameters parameters, double power);

    /** Frees what the steps share; the next step makes it again. */
    @Override
    default void close() {}
}
