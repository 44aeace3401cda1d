package io.bisup.worker.stage.learn;

import io.bisup.worker.stage.BlockContext;
import io.bisup.worker.stage.BlockParameters;

/** Makes the training step of a block; chosen once per device. */
@FunctionalInterface
public interface BlockSteps {

    /** The step that runs anywhere. */
    BlockSteps TORCH = TorchBlockStep::new;

    /** @param power mean square of the targets */
    BlockStep create(BlockContext context, BlockParameters parameters, double power);
}
