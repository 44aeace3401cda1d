package io.bisup.quantize.run;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import io.bisup.contract.recipe.Learning;
import io.bisup.llm.block.RotaryEmbedding;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.quantize.block.Control;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Weights of the channels of each block's output in its loss: the mean squared gradient g of the final loss, relative to the mean
 * over channels and never below {@link #FLOOR}; scaled so that the loss is Σ g e² / Σ g t̄², e the errors and t̄² the targets' mean
 * squares, while it still is divided by the plain mean square of the targets. Equal for all channels under other objectives.
 */
final class ChannelWeights {

    /** A channel that the loss on some windows does not mind is not free to become anything. */
    static final double FLOOR = 0.01;

    private final TensorRuntime runtime;
    private final List<List<Float>> byLayer;

    private ChannelWeights(TensorRuntime runtime, List<List<Float>> byLayer) {
        this.runtime = runtime;
        this.byLayer = byLayer;
    }

    /**
     * Those that a recipe asks for, computed from the recipe's windows without those held out: the same in a resumed run.
     *
     * @param work existing folder, for activations meanwhile
     */
    static ChannelWeights of(ExactBlocks blocks, RotaryEmbedding rotary, Path work, Control control) {
        Learning learning = blocks.input().recipe().learning();
        if (learning == null || learning.objective() != Learning.Objective.GRADIENT_WEIGHTED) {
            return equal(blocks.runtime());
        }
        int windows = blocks.input().windows().size();
        int read = windows - learning.heldOutOf(windows);
        List<List<Float>> byLayer = new ArrayList<>();
        try (FinalGradients gradients = new FinalGradients(blocks, rotary, read, work, control)) {
            for (FinalGradients.Squares squares : gradients.squares()) {
                byLayer.add(weights(squares, byLayer.size()));
            }
        }
        return new ChannelWeights(blocks.runtime(), byLayer);
    }

    /** Every channel counts the same. */
    static ChannelWeights equal(TensorRuntime runtime) {
        return new ChannelWeights(runtime, List.of());
    }

    /** Weights of a block's channels, [hidden]; {@code none} where all count the same. */
    NDArray of(int layer, NDArray none) {
        if (byLayer.isEmpty()) {
            return none;
        }
        List<Float> weights = byLayer.get(layer);
        float[] values = new float[weights.size()];
        for (int channel = 0; channel < values.length; channel++) {
            values[channel] = weights.get(channel);
        }
        return Tensors.floats(runtime.manager(), values, values.length);
    }

    /** @throws FailureException when a gradient is not finite */
    static List<Float> weights(FinalGradients.Squares squares, int layer) {
        double mean = mean(squares.gradients());
        if (!Double.isFinite(mean)) {
            throw new FailureException(
                    FailureCode.NON_FINITE_VALUES,
                    "the final loss has no finite gradient at the output of block " + layer
                            + " on the calibration samples; use learning/objective: mse");
        }
        List<Double> relative = squares.gradients().stream()
                .map(square -> mean == 0 ? 1 : Math.max(square / mean, FLOOR))
                .toList();
        double weighted = 0;
        for (int channel = 0; channel < relative.size(); channel++) {
            weighted += relative.get(channel) * squares.outputs().get(channel);
        }
        double scale = weighted > 0 ? mean(squares.outputs()) * relative.size() / weighted : 1;
        return relative.stream().map(weight -> (float) (weight * scale)).toList();
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).sum() / values.size();
    }
}
