package io.bisup.quantize.run;

import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import io.bisup.llm.model.RotaryEmbedding;
import io.bisup.llm.quant.ArtifactFiles;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.quantize.stage.Control;
import io.bisup.quantize.stage.learn.BlockSteps;
import java.nio.file.Path;
import java.util.List;

/**
 * A recipe applied to a model, one block after another: full-precision targets, stages, rounding to the block's file, and
 * the samples' way through the block as that file holds it. Memory is one block and two files of activations, whatever
 * the model's depth.
 *
 * <p>A run that starts behind finished blocks takes the samples through them first. It then does what the uninterrupted
 * run did, and writes the same bytes: all randomness is derived from the recipe, and the stream always passes the block
 * as stored. Needs the same device, thread count and library versions.
 *
 * <p>Not thread safe; one run per process at a time, because gradients are recorded process-wide.
 */
public final class QuantizationPipeline {

    private final TensorRuntime runtime;
    private final QuantizationInput input;
    private final Control control;
    private final BlockSteps steps;
    private final BlockSolver solver;

    public QuantizationPipeline(TensorRuntime runtime, QuantizationInput input, Control control) {
        this(runtime, input, control, BlockSteps.fastest(runtime));
    }

    public QuantizationPipeline(TensorRuntime runtime, QuantizationInput input, Control control, BlockSteps steps) {
        this.runtime = runtime;
        this.input = input;
        this.control = control;
        this.steps = steps;
        this.solver = new BlockSolver(input.recipe(), steps);
    }

    /**
     * Quantizes every block that is not finished yet.
     *
     * @param work existing folder for activations and for the blocks' files
     * @param finished files of the first blocks, from an earlier run of the same input
     * @param sink is told of each block as its file is complete
     */
    public void run(Path work, List<Path> finished, BlockSink sink) {
        try (steps;
                Streams streams = new Streams(runtime, input, work);
                RotaryEmbedding rotary = new RotaryEmbedding(runtime, input.config(), DataType.FLOAT32)) {
            for (int layer = 0; layer < input.config().layers(); layer++) {
                control.checkpoint();
                try (NDScope scope = new NDScope();
                        BlockRun block = new BlockRun(runtime, input, control, solver, streams, rotary, layer)) {
                    scope.suppressNotUsedWarning();
                    if (layer < finished.size()) {
                        block.replay(finished.get(layer));
                    } else {
                        Path shard = work.resolve(ArtifactFiles.block(layer));
                        sink.finished(shard, block.quantize(shard));
                    }
                }
            }
        }
    }
}
