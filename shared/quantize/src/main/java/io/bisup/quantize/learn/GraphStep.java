package io.bisup.quantize.learn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.block.AttentionContext;
import io.bisup.llm.block.BlockObserver;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.plan.BlockOperands;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.tensor.Kernels;
import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Draft;
import io.bisup.quantize.kernel.LearningKernels;

/** The step as the block's graph with recording kernels, differentiated by autograd; runs on any device. */
final class GraphStep implements BlockStep {

    private final BlockWork work;
    private final Draft draft;

    GraphStep(BlockWork work, Draft draft) {
        this.work = work;
        this.draft = draft;
    }

    @Override
    public double learn(int sample) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Kernels kernels = work.kernels();
            KernelCalls recording = kernels.recording();
            BlockOperands operands = draft.operands(recording);
            DecoderBlock block = work.planned()
                    .quantized(
                            work.layer(), work.planned().roundedToNearest(work.layer(), recording, operands), operands);
            NDArray loss = loss(recording, block, draft.context(recording), sample);
            kernels.backward(loss);
            return loss.getFloat();
        }
    }

    @Override
    public double measure(int... samples) {
        double sum = 0;
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Kernels kernels = work.kernels();
            BlockOperands operands = draft.operands(kernels);
            DecoderBlock block = work.planned()
                    .quantized(
                            work.layer(), work.planned().roundedToNearest(work.layer(), kernels, operands), operands);
            AttentionContext context = draft.context(kernels);
            for (int sample : samples) {
                work.control().checkpoint();
                sum += measure(block, context, sample);
            }
        }
        return samples.length == 0 ? 0 : sum / samples.length;
    }

    private double measure(DecoderBlock block, AttentionContext context, int sample) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            return loss(work.kernels(), block, context, sample).getFloat();
        }
    }

    private NDArray loss(KernelCalls calls, DecoderBlock block, AttentionContext context, int sample) {
        NDArray output = block.run(calls, work.samples().input(sample), work.angles(), context, BlockObserver.NONE);
        return LearningKernels.loss(
                calls,
                output,
                work.samples().target(sample),
                work.samples().lossWeights(sample),
                work.targetMeanSquare());
    }
}
