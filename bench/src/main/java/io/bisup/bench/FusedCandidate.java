package io.bisup.bench;

import ai.djl.ndarray.NDScope;
import io.bisup.llm.tensor.AdamW;
import io.bisup.llm.tensor.Compute;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.fused.BlockDimensions;
import io.bisup.llm.tensor.fused.FusedBlockStep;
import io.bisup.llm.tensor.fused.FusedLearning;
import io.bisup.llm.tensor.fused.Prefix;

/** The product's step on a CPU: the block staged by hand on fused kernels. */
final class FusedCandidate implements Candidate {
    private final FusedLearning learning;
    private final FusedLearning.Parameters parameters;
    private final FusedBlockStep.Sample sample;
    private final AdamW optimizer;
    private final Compute compute;

    FusedCandidate(TensorRuntime runtime, RandomBlock block, BlockSize size) {
        BlockDimensions dims = new BlockDimensions(
                1, size.tokens(), size.hidden(), size.heads(), size.heads(), BlockSize.HEAD, size.intermediate(), 1e-5);
        this.compute = runtime.compute();
        this.learning = new FusedLearning(runtime, dims, BisupParameters.spec(size));
        this.parameters = BisupParameters.of(block, size);
        this.optimizer = BisupParameters.optimizer(runtime.kernels(), parameters);
        this.sample = new FusedBlockStep.Sample(
                block.input(),
                block.target(),
                1,
                block.angles(BlockSize.HEAD / 2, true),
                block.angles(BlockSize.HEAD / 2, false),
                new Prefix(block.none(), block.none()));
    }

    @Override
    public String name() {
        return "BiSup, fused kernels" + (compute == Compute.FLOAT32 ? "" : ", products in " + compute);
    }

    @Override
    public double step() {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            double loss = learning.learn(sample, parameters);
            optimizer.step();
            optimizer.zeroGradients();
            return loss;
        }
    }

    @Override
    public void close() {
        optimizer.close();
        learning.close();
    }
}
