package io.bisup.quantize.stage;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.BlockObserver;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.block.InputPath;
import io.bisup.llm.kernel.QuantKernels;
import io.bisup.llm.plan.BlockOperands;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.weight.SecondMoments;
import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Draft;
import io.bisup.quantize.kernel.StatisticsKernels;

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
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDArray output = run(weights, sample, BlockObserver.NONE);
                sum += QuantKernels.squaredError(
                        work.kernels(), output, work.samples().target(sample));
            }
        }
        return sum / work.samples().count();
    }

    /** Second moments of an input as its linears multiply it, over the samples that are not held out. */
    SecondMoments quantizedInputs(Site wanted, DecoderBlockWeights weights) {
        int width = work.plan().width(wanted);
        NDArray gram = work.runtime().manager().zeros(new Shape(width, width));
        long[] tokens = {0};
        for (int sample = 0; sample < work.startSamples(); sample++) {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                run(weights, sample, new BlockObserver() {
                    @Override
                    public void input(Site site, InputPath.Read read) {
                        if (site == wanted) {
                            StatisticsKernels.addMoments(work.kernels(), gram, read.quantized());
                            tokens[0] += read.quantized().getShape().get(1);
                        }
                    }
                });
            }
        }
        return SecondMoments.of(gram, tokens[0]);
    }

    private NDArray run(DecoderBlockWeights weights, int sample, BlockObserver observer) {
        work.control().checkpoint();
        Kernels kernels = work.kernels();
        DecoderBlock block = work.planned().quantized(work.layer(), weights, operands);
        return block.run(
                kernels, work.samples().input(sample), work.angles(), draft.context(kernels), observer);
    }
}
