package io.bisup.quantize.run;

import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import io.bisup.llm.artifact.ArtifactFiles;
import io.bisup.llm.artifact.BlockLayout;
import io.bisup.llm.artifact.BlockLayouts;
import io.bisup.llm.block.RotaryEmbedding;
import io.bisup.llm.plan.PlannedBlock;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.quantize.block.Control;
import io.bisup.quantize.learn.BlockSteps;
import io.bisup.quantize.stage.Stages;
import java.nio.file.Path;
import java.util.List;

/**
 * A plan applied to a model, one block after another: full-precision targets, stages, the block's file, and the samples' way
 * through the block as that file holds it. Memory is one block and two files of activations, whatever the model's depth.
 *
 * <p>A run that starts behind finished blocks takes the samples through them first. It then does what the uninterrupted
 * run did, and writes the same bytes: all randomness is derived from the recipe, and the stream always passes the block
 * as stored. Needs the same device, thread count and library versions.
 *
 * <p>Not thread safe; one run per process at a time, because gradients are recorded process-wide.
 */
public final class ModelRun {

    private final TensorRuntime runtime;
    private final QuantizationInput input;
    private final Control control;
    private final BlockSteps steps;

    /** With the fastest training step that can run the plan. */
    public ModelRun(TensorRuntime runtime, QuantizationInput input, Control control) {
        this(runtime, input, control, BlockSteps.bestFor(input.plan(), runtime));
    }

    public ModelRun(TensorRuntime runtime, QuantizationInput input, Control control, BlockSteps steps) {
        this.runtime = runtime;
        this.input = input;
        this.control = control;
        this.steps = steps;
    }

    /**
     * Quantizes every block that is not finished yet.
     *
     * @param work existing folder for activations and for the blocks' files
     * @param finished files of the first blocks, from an earlier run of the same input
     * @param sink is told of each block as its file is complete
     * @return how the blocks' files are to be read
     */
    public BlockLayout run(Path work, List<Path> finished, BlockSink sink) {
        try (steps;
                PlannedBlock planned = new PlannedBlock(runtime, input.plan());
                RotaryEmbedding rotary = new RotaryEmbedding(runtime, input.config(), DataType.FLOAT32);
                Streams streams = streams(planned, rotary, work, finished.size())) {
            BlockLayout layout = BlockLayouts.of(input.plan(), planned.rotations());
            BlockPass.Tools tools = new BlockPass.Tools(
                    runtime,
                    input,
                    control,
                    planned,
                    layout,
                    new Stages(input.plan(), steps),
                    streams,
                    rotary,
                    exact(planned));
            for (int layer = 0; layer < input.config().layers(); layer++) {
                control.checkpoint();
                try (NDScope scope = new NDScope();
                        BlockPass block = new BlockPass(tools, layer)) {
                    scope.suppressNotUsedWarning();
                    if (layer < finished.size()) {
                        block.replay(finished.get(layer));
                    } else {
                        Path shard = work.resolve(ArtifactFiles.block(layer));
                        sink.finished(shard, block.quantize(shard));
                    }
                }
            }
            return layout;
        }
    }

    private Streams streams(PlannedBlock planned, RotaryEmbedding rotary, Path work, int finished) {
        ChannelWeights channels = finished < input.config().layers()
                ? ChannelWeights.of(exact(planned), rotary, work, control)
                : ChannelWeights.equal(runtime);
        return new Streams(runtime, input, planned.rotations().residual(), channels, work);
    }

    private ExactBlocks exact(PlannedBlock planned) {
        return new ExactBlocks(runtime, input, planned.rotations().residual());
    }
}
