package io.bisup.bench;

import ai.djl.ndarray.NDScope;
import io.bisup.llm.tensor.AdamW;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.quantize.learn.BlockStep;
import io.bisup.quantize.learn.BlockSteps;
import io.bisup.quantize.learn.FusedBlockSteps;
import java.util.List;

/** The product's training step. */
final class BisupCandidate implements Candidate {
    private final String name;
    private final BisupBlock block;
    private final BlockSteps steps;
    private final BlockStep step;
    private final AdamW optimizer;

    private BisupCandidate(String name, TensorRuntime runtime, BisupBlock block, BlockSteps steps) {
        this.name = name + (runtime.lowPrecision() ? ", bfloat16" : "");
        this.block = block;
        this.steps = steps;
        this.step = steps.create(block.work(), block.draft());
        block.learnt().forEach(runtime.kernels()::requireGradient);
        AdamW.Group group = new AdamW.Group("all", block.learnt(), EagerCandidate.LEARNING_RATE, 0);
        this.optimizer = new AdamW(runtime.kernels(), List.of(group), AdamW.Settings.DEFAULT);
    }

    /** The step of any device: the block's graph, differentiated by autograd. */
    static Candidate graph(TensorRuntime runtime, RandomBlock random, BlockSize size, StepVariant variant) {
        return new BisupCandidate(
                variant.title() + ", graph and autograd",
                runtime,
                new BisupBlock(runtime, random, size, variant),
                BlockSteps.GRAPH);
    }

    /** The step of a CPU: the block staged by hand on fused kernels. */
    static Candidate fused(TensorRuntime runtime, RandomBlock random, BlockSize size, StepVariant variant) {
        return new BisupCandidate(
                variant.title() + ", fused kernels",
                runtime,
                new BisupBlock(runtime, random, size, variant),
                new FusedBlockSteps(runtime));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public double step() {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            double loss = step.learn(0);
            optimizer.step();
            optimizer.zeroGradients();
            return loss;
        }
    }

    @Override
    public void close() {
        optimizer.close();
        steps.close();
        block.close();
    }
}
