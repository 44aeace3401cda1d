package io.bisup.quantize.stage;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.BlockObserver;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.block.InputPath;
import io.bisup.llm.kernel.QuantKernels;
import io.bisup.llm.plan.BlockOperands;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.weight.MomentSum;
import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Draft;

/** What a block with given rounded weights makes of the calibration samples. */
final class BlockError {

    private final BlockWork work;
    private final Draft draft;
    private final BlockOperands operands;

    BlockError(BlockWork work, Draft draft, BlockOperands operands) {
        this.work = work;
        this.draft = draft;
        this.operands = operands;
    }

    /** Mean squared error of its output over all samples. */
    double of(DecoderBlockWeights weights) {
        double sum = 0;
        for (int sample = 0; sample < work.samples().count(); sample++) {
            work.control().checkpoint();
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDArray output = block(weights)
                        .run(
                                work.kernels(),
                                work.samples().input(sample),
                                work.angles(),
                                draft.context(work.kernels()),
                                BlockObserver.NONE);
                sum += QuantKernels.squaredError(
                        work.kernels(), output, work.samples().target(sample));
            }
        }
        return sum / work.samples().count();
    }

    /**
     * Second moments of an input as its linears multiply it, over the samples that are not held out.
     *
     * @param cross whether those with the same tokens' inputs on the full-precision stream are wanted too (GPTAQ)
     * @return the caller's to close
     */
    MomentSum quantizedInputs(Site wanted, DecoderBlockWeights weights, boolean cross) {
        try (TensorOwner building = new TensorOwner()) {
            MomentSum sum =
                    building.own(new MomentSum(work.runtime(), work.plan().width(wanted), cross));
            add(sum, wanted, weights, cross);
            return building.handOver(sum);
        }
    }

    private void add(MomentSum sum, Site wanted, DecoderBlockWeights weights, boolean cross) {
        for (int sample = 0; sample < work.startSamples(); sample++) {
            work.control().checkpoint();
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDArray quantized = input(wanted, block(weights), work.samples().input(sample))
                        .quantized();
                if (cross) {
                    NDArray exact = input(
                                    wanted,
                                    work.planned().exact(work.layer(), operands),
                                    work.samples().exactInput(sample))
                            .exact();
                    sum.add(quantized, exact);
                } else {
                    sum.add(quantized);
                }
            }
        }
    }

    private InputPath.Read input(Site site, DecoderBlock block, NDArray hidden) {
        return block.input(site, work.kernels(), hidden, work.angles(), draft.context(work.kernels()));
    }

    private DecoderBlock block(DecoderBlockWeights weights) {
        return work.planned().quantized(work.layer(), weights, operands);
    }
}
