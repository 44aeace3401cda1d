package io.bisup.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.tensor.AdamW;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.fused.FusedLearning;

/** The product's step on any device: one TorchScript call, differentiated by autograd. */
final class TorchCandidate implements Candidate {
    private final Kernels kernels;
    private final RandomBlock block;
    private final BlockSize size;
    private final FusedLearning.Parameters p;
    private final NDArray cosine;
    private final NDArray sine;
    private final AdamW optimizer;

    TorchCandidate(TensorRuntime runtime, RandomBlock block, BlockSize size) {
        this.kernels = runtime.kernels();
        this.block = block;
        this.size = size;
        this.p = BisupParameters.of(block, size);
        this.cosine = block.angles(BlockSize.HEAD / 2, true);
        this.sine = block.angles(BlockSize.HEAD / 2, false);
        this.optimizer = BisupParameters.optimizer(kernels, p);
    }

    @Override
    public String name() {
        return "BiSup, TorchScript and autograd";
    }

    @Override
    public double step() {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray loss = loss();
            kernels.backward(loss);
            optimizer.step();
            optimizer.zeroGradients();
            return loss.getFloat();
        }
    }

    private NDArray loss() {
        NDArray none = block.none();
        return kernels.callWithGradient(
                "ql_loss",
                block.input(),
                block.target(),
                1.0,
                p.weights(),
                p.theta(),
                p.start(),
                p.logBound(),
                p.high(),
                p.low(),
                p.activation(),
                p.keyValue(),
                p.a(),
                p.b(),
                cosine,
                sine,
                none,
                none,
                new long[] {size.heads(), size.heads()},
                BisupParameters.spec(size),
                1e-5,
                false);
    }

    @Override
    public void close() {
        optimizer.close();
    }
}
