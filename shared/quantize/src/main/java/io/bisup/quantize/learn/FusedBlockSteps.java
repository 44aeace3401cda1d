package io.bisup.quantize.learn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.fused.FusedBlockStep;
import io.bisup.llm.plan.BlockPlan;
import io.bisup.llm.plan.PlannedBlock;
import io.bisup.llm.plan.Segment;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Draft;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Steps on the fused CPU kernels; blocks of the same plan, formats and sizes share one workspace. Losses are measured by {@link GraphStep}.
 *
 * <p>Not thread safe, as training itself.
 */
public final class FusedBlockSteps implements BlockSteps {

    private final TensorRuntime runtime;
    private @Nullable FusedBlockStep shared;
    private @Nullable Sizes sizes;

    public FusedBlockSteps(TensorRuntime runtime) {
        this.runtime = runtime;
    }

    /** Whether the plan's blocks can be trained so on this device and in this JVM. */
    public static boolean canRun(BlockPlan plan, TensorRuntime runtime) {
        return FusedBlockStep.canRun(plan, runtime);
    }

    /** What a workspace is made for. */
    private record Sizes(PlannedBlock planned, Map<BlockTensor, List<Segment>> weights, long batch, long tokens) {}

    @Override
    public BlockStep create(BlockWork work, Draft draft) {
        return new Step(work, draft, GRAPH.create(work, draft));
    }

    private FusedBlockStep step(BlockWork work, NDArray input) {
        Sizes wanted = new Sizes(
                work.planned(),
                work.plan().weightSegments(work.layer()),
                input.getShape().get(0),
                input.getShape().get(1));
        if (shared == null || !wanted.equals(sizes)) {
            close();
            shared = new FusedBlockStep(
                    runtime,
                    work.planned(),
                    work.layer(),
                    Math.toIntExact(wanted.batch),
                    Math.toIntExact(wanted.tokens));
            sizes = wanted;
        }
        return shared;
    }

    private final class Step implements BlockStep {
        private final BlockWork work;
        private final Draft draft;
        private final BlockStep measuring;

        Step(BlockWork work, Draft draft, BlockStep measuring) {
            this.work = work;
            this.draft = draft;
            this.measuring = measuring;
        }

        @Override
        public double learn(int sample) {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                KernelCalls recording = work.kernels().recording();
                NDArray input = work.samples().input(sample);
                return step(work, input)
                        .learn(
                                new FusedBlockStep.Sample(
                                        input,
                                        work.samples().target(sample),
                                        work.samples().lossWeights(sample),
                                        work.targetMeanSquare(),
                                        work.angles(),
                                        draft.prefix(recording),
                                        work.plan().config().windows().of(work.layer())),
                                draft.operands(recording));
            }
        }

        @Override
        public double measure(int... samples) {
            return measuring.measure(samples);
        }
    }

    @Override
    public void close() {
        if (shared != null) {
            shared.close();
            shared = null;
        }
    }
}
