package io.bisup.quantize.stage.weight;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.model.BlockInput;
import io.bisup.llm.quant.KernelOrder;
import io.bisup.llm.quant.LegacyRecipe;
import io.bisup.llm.quant.TensorFormat;
import io.bisup.quantize.stage.BlockContext;
import io.bisup.quantize.stage.BlockParameters;
import java.util.List;

/**
 * Θ1 before learning: weights start at the factor with the least squared error of each group, activations at the factor
 * with the least output error of the linears that read them, keys and values at the factor with the least squared error of
 * each head.
 */
public final class ClippingStart {

    /** Samples that the search over activations and the cache looks at. */
    private static final int SEARCHED_SAMPLES = 4;

    private final BlockContext context;
    private final BlockParameters parameters;

    public ClippingStart(BlockContext context, BlockParameters parameters) {
        this.context = context;
        this.parameters = parameters;
    }

    /** Sets the logits of the ranges that the recipe learns; smoothing must have its start already. */
    public void apply(LegacyRecipe.Clipping clipping) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray[] folded = parameters.folded();
            if (clipping.weights() && context.formats().weights().quantizes()) {
                weights(folded);
            }
            if (clipping.activations() && context.formats().activations().quantizes()) {
                activations(folded);
            }
            if (clipping.keyValue() && context.formats().keyValue().quantizes()) {
                keyValue(folded);
            }
        }
    }

    private void weights(NDArray[] folded) {
        TensorFormat format = context.formats().weights();
        for (int i = 0; i < KernelOrder.LINEARS.size(); i++) {
            NDArray weight = folded[KernelOrder.indexOf(KernelOrder.LINEARS.get(i))];
            NDArray logits = best(weight, format);
            BlockParameters.put(parameters.high(), i, logits);
            if (!format.symmetric()) {
                BlockParameters.put(parameters.low(), i, logits.duplicate());
            }
        }
    }

    private NDArray best(NDArray x, TensorFormat format) {
        NDArray factors = context.kernels()
                .call("quant_clip_grid", x, ClipGrid.factors(), format.bits(), format.symmetric(), format.groupSize());
        return context.kernels().call("ql_logit", factors, ClipGrid.LARGEST_LOGIT);
    }

    private void activations(NDArray[] folded) {
        NDArray[] weightsHat = parameters.weightsHat();
        for (BlockInput input : BlockInput.values()) {
            int width =
                    Math.toIntExact(folded[KernelOrder.indexOf(input.weights().getFirst())]
                            .getShape()
                            .get(1));
            double logit = ClipGrid.logit(leastOutputError(input, folded, weightsHat));
            NDArray logits = context.runtime()
                    .manager()
                    .full(new Shape(context.formats().activationGroups(width)), (float) logit);
            BlockParameters.put(parameters.activation(), KernelOrder.indexOf(input), logits);
        }
    }

    private double leastOutputError(BlockInput input, NDArray[] folded, NDArray[] weightsHat) {
        double[] factors = ClipGrid.factors();
        double[] errors = new double[factors.length];
        for (int sample = 0; sample < searched(); sample++) {
            float[] found = outputErrors(input, folded, weightsHat, sample, factors);
            for (int i = 0; i < errors.length; i++) {
                errors[i] += found[i];
            }
        }
        int best = 0;
        for (int i = 1; i < errors.length; i++) {
            best = errors[i] < errors[best] ? i : best;
        }
        return factors[best];
    }

    private float[] outputErrors(
            BlockInput input, NDArray[] folded, NDArray[] weightsHat, int sample, double[] factors) {
        context.control().checkpoint();
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray read = context.forward(context.samples().input(sample), folded)[3 + KernelOrder.indexOf(input)];
            return context.kernels()
                    .call(
                            "qs_clip_errors",
                            read,
                            of(folded, input.weights()),
                            of(weightsHat, input.weights()),
                            factors,
                            context.formats().spec())
                    .toFloatArray();
        }
    }

    private static NDArray[] of(NDArray[] ordered, List<BlockTensor> weights) {
        return weights.stream().map(w -> ordered[KernelOrder.indexOf(w)]).toArray(NDArray[]::new);
    }

    private void keyValue(NDArray[] folded) {
        TensorFormat format = context.formats().keyValue();
        for (int i = 0; i < 2; i++) {
            BlockParameters.put(parameters.keyValue(), i, leastCacheError(folded, format, 1 + i));
        }
    }

    private NDArray leastCacheError(NDArray[] folded, TensorFormat format, int result) {
        NDArray[] seen = new NDArray[searched()];
        for (int sample = 0; sample < seen.length; sample++) {
            seen[sample] = context.forward(context.samples().input(sample), folded)[result];
        }
        NDArray factors =
                context.kernels().call("qs_cache_clip", seen, ClipGrid.factors(), format.bits(), format.symmetric());
        return context.kernels().call("ql_logit", factors, ClipGrid.LARGEST_LOGIT);
    }

    private int searched() {
        return Math.min(SEARCHED_SAMPLES, context.samples().count());
    }
}
