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
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

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

    /**
     * Second moments of an input as its linears multiply it, over the samples that are not held out.
     *
     * @param cross whether those with the same tokens' inputs on the full-precision stream are wanted too (GPTAQ)
     */
    SecondMoments quantizedInputs(Site wanted, DecoderBlockWeights weights, boolean cross) {
        int width = work.plan().width(wanted);
        NDArray gram = work.runtime().manager().zeros(new Shape(width, width));
        NDArray crossed = cross ? work.runtime().manager().zeros(new Shape(width, width)) : null;
        long tokens = 0;
        for (int sample = 0; sample < work.startSamples(); sample++) {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                Seen quantized = new Seen(wanted, InputPath.Read::quantized);
                run(weights, sample, quantized);
                StatisticsKernels.addMoments(work.kernels(), gram, quantized.input());
                tokens += quantized.input().getShape().get(1);
                if (crossed != null) {
                    StatisticsKernels.addCrossMoments(
                            work.kernels(), crossed, exactInput(wanted, sample), quantized.input());
                }
            }
        }
        return new SecondMoments(gram, tokens, crossed);
    }

    private NDArray exactInput(Site wanted, int sample) {
        Seen exact = new Seen(wanted, InputPath.Read::exact);
        work.planned()
                .exact(work.layer(), operands)
                .run(
                        work.kernels(),
                        work.samples().exactInput(sample),
                        work.angles(),
                        draft.context(work.kernels()),
                        exact);
        return exact.input();
    }

    /** Keeps one input of one application of the block. */
    private static final class Seen implements BlockObserver {
        private final Site wanted;
        private final Function<InputPath.Read, NDArray> state;
        private @Nullable NDArray input;

        Seen(Site wanted, Function<InputPath.Read, NDArray> state) {
            this.wanted = wanted;
            this.state = state;
        }

        @Override
        public void input(Site site, InputPath.Read read) {
            if (site == wanted) {
                input = state.apply(read);
            }
        }

        NDArray input() {
            return Objects.requireNonNull(input, "every block computes every input");
        }
    }

    private NDArray run(DecoderBlockWeights weights, int sample, BlockObserver observer) {
        work.control().checkpoint();
        Kernels kernels = work.kernels();
        DecoderBlock block = work.planned().quantized(work.layer(), weights, operands);
        return block.run(kernels, work.samples().input(sample), work.angles(), draft.context(kernels), observer);
    }
}
