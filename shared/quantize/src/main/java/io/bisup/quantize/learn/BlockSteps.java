package io.bisup.quantize.learn;

import io.bisup.llm.plan.BlockPlan;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Draft;

/** Makes the training step of a block; chosen once per run. */
@FunctionalInterface
public interface BlockSteps extends AutoCloseable {

    /** The block's graph with recording kernels: runs any plan on any device. */
    BlockSteps GRAPH = GraphStep::new;

    /** The fastest that can run the plan. */
    static BlockSteps bestFor(BlockPlan plan, TensorRuntime runtime) {
        return FusedBlockSteps.canRun(plan, runtime) ? new FusedBlockSteps(runtime) : GRAPH;
    }

    /** The step of one block, at the draft's present values whenever it is asked. */
    BlockStep create(BlockWork work, Draft draft);

    /** Frees what the steps share; the next step makes it again. */
    @Override
    default void close() {}
}
