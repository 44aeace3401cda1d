package io.bisup.quantize.block;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.recipe.Learning;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.block.RotaryEmbedding;
import io.bisup.llm.plan.BlockPlan;
import io.bisup.llm.plan.PlannedBlock;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import org.jspecify.annotations.Nullable;

/**
 * What every stage knows of the block it works on.
 *
 * @param planned makes the block's graph
 * @param layer index of the block
 * @param weights full-precision parameters, on the rotated residual stream where the plan rotates it
 * @param samples what it is calibrated and trained on
 * @param angles rotary angles of the samples' positions, which start behind the prefix
 * @param prefix exact keys and values that precede every sample, or null
 * @param targetMeanSquare mean square of the targets, which makes losses free of scale
 */
public record BlockWork(
        TensorRuntime runtime,
        PlannedBlock planned,
        int layer,
        DecoderBlockWeights weights,
        Samples samples,
        RotaryEmbedding.Angles angles,
        @Nullable KeyValues prefix,
        double targetMeanSquare,
        Seeds seeds,
        Control control) {

    public Kernels kernels() {
        return runtime.kernels();
    }

    public BlockPlan plan() {
        return planned.plan();
    }

    /** Samples that values before learning may look at: those that learning holds out are not among them. */
    public int startSamples() {
        Learning learning = plan().recipe().learning();
        return samples.count() - (learning == null ? 0 : learning.heldOutOf(samples.count()));
    }

    /** A tensor [0], the planned block's. */
    public NDArray none() {
        return planned.none();
    }
}
