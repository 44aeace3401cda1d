package io.bisup.quantize.stage.compensate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.recipe.LowRank;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.model.BlockInput;
import io.bisup.llm.quant.KernelOrder;
import io.bisup.llm.tensor.Tensors;
import io.bisup.quantize.stage.BlockContext;
import io.bisup.quantize.stage.BlockParameters;
import io.bisup.quantize.stage.CalibrationStatistics;
import java.util.random.RandomGenerator;

/** Θ3 before learning: factors of the error that folding, clipping and rounding left in each weight. */
public final class LowRankStart {

    private final BlockContext context;
    private final BlockParameters parameters;
    private final CalibrationStatistics statistics;
    private final LowRank lowRank;

    /** @param statistics with second moments, unless the start is zero */
    public LowRankStart(
            BlockContext context, CalibrationStatistics statistics, LowRank lowRank, BlockParameters parameters) {
        this.context = context;
        this.statistics = statistics;
        this.lowRank = lowRank;
        this.parameters = parameters;
    }

    /** Sets A and B of all seven linears; smoothing and clipping must have their starts already. */
    public void apply() {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray[] exact = parameters.folded();
            NDArray[] rounded = parameters.weightsHat();
            for (BlockInput input : BlockInput.values()) {
                context.control().checkpoint();
                forInput(input, exact, rounded);
            }
        }
    }

    private void forInput(BlockInput input, NDArray[] exact, NDArray[] rounded) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            WhitenedSvd svd =
                    new WhitenedSvd(context.runtime(), context.seeds().random(context.layer(), "low rank " + input));
            NDArray root = root(svd, input);
            for (BlockTensor weight : input.weights()) {
                int at = KernelOrder.indexOf(weight);
                NDArray error = exact[at].sub(rounded[at]);
                LowRankFactors factors = switch (lowRank.start()) {
                    case WHITENED_SVD, SVD -> svd.factor(error, root, lowRank.rank());
                    case ZERO -> zero(error, input);
                };
                int linear = KernelOrder.LINEARS.indexOf(weight);
                BlockParameters.put(parameters.a(), linear, factors.a());
                BlockParameters.put(parameters.b(), linear, factors.b());
            }
        }
    }

    /** S of the smoothed input, or the identity where inputs are not looked at. */
    private NDArray root(WhitenedSvd svd, BlockInput input) {
        return switch (lowRank.start()) {
            case WHITENED_SVD ->
                svd.root(
                        context.kernels()
                                .call(
                                        "qs_smoothed_gram",
                                        statistics.gram(input),
                                        parameters.start()[KernelOrder.indexOf(input)],
                                        input == BlockInput.OUTPUT,
                                        context.dims()),
                        statistics.tokens());
            case SVD, ZERO ->
                context.runtime().manager().eye((int) statistics.absMax(input).size());
        };
    }

    /** A = 0 and B Gaussian with variance 1/in (rsLoRA's start, arXiv 2312.03732). */
    private LowRankFactors zero(NDArray error, BlockInput input) {
        long in = error.getShape().get(1);
        RandomGenerator random = context.seeds().random(context.layer(), "branch " + input);
        float[] values = new float[Math.toIntExact(lowRank.rank() * in)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() / Math.sqrt((double) in));
        }
        return new LowRankFactors(
                context.runtime().manager().zeros(new Shape(error.getShape().get(0), lowRank.rank())),
                Tensors.floats(context.runtime().manager(), values, lowRank.rank(), in));
    }
}
