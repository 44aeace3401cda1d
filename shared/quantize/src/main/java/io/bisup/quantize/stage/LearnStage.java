package io.bisup.quantize.stage;

import io.bisup.contract.recipe.Learning;
import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Draft;
import io.bisup.quantize.learn.BlockSteps;
import io.bisup.quantize.learn.BlockTrainer;

/** Learns the draft's ranges, transforms and branches by gradients. */
final class LearnStage implements BlockStage {

    private final Learning learning;
    private final BlockSteps steps;

    LearnStage(Learning learning, BlockSteps steps) {
        this.learning = learning;
        this.steps = steps;
    }

    @Override
    public void apply(BlockWork work, Statistics statistics, Draft draft) {
        BlockTrainer.train(work, draft, learning, steps);
    }
}
