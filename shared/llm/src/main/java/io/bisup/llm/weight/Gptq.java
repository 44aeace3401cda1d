package io.bisup.llm.weight;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import io.bisup.contract.recipe.Rounding;
import io.bisup.llm.tensor.TensorRuntime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Column by column, each error moved into the columns behind so that the outputs change least (GPTQ, arXiv 2210.17323, algorithm
 * 1; methods §1.9). With H = A D Aᵀ, A upper triangular with ones on its diagonal, column k is rounded as
 * w_k + Σ_{j<k} (w_j − ŵ_j) A_jk: the same columns as by the root of H⁻¹ (QuIP, arXiv 2307.13304, theorem 6), without an inverse.
 *
 * <p>Segments are rounded in their order, so keepers take the errors of all others. Where the second moments are not positive definite, the
 * damping grows tenfold up to 1; then the weight is rounded to nearest and {@link Rounded.How#FELL_BACK} says so. A channel that
 * was never active is rounded to nearest; the reference code sets it to 0, which a later input would miss.
 *
 * <p>Deterministic: the same arguments give the same codes.
 */
public final class Gptq implements Rounder {
    private static final double LAST_DAMPING = 1;

    /** Part of the correction towards full-precision inputs that is made, against over-fitting (QEP's default). */
    private static final double CORRECTION = 0.5;

    private final TensorRuntime runtime;
    private final WeightKernels weights;
    private final GptqKernels kernels;
    private final Rounding.Gptq settings;
    private final GroupScales scales;

    /** @param settings {@code onlyIfBetter} is the caller's to decide, of a whole block */
    public Gptq(TensorRuntime runtime, Rounding.Gptq settings, GroupScales scales) {
        this.runtime = runtime;
        this.weights = new WeightKernels(runtime);
        this.kernels = new GptqKernels(runtime.kernels());
        this.settings = settings;
        this.scales = scales;
    }

    /** @throws IllegalArgumentException without second moments, or without the cross moments of asymmetric calibration */
    @Override
    public Rounded round(String name, NDArray weight, WeightGrid grid, @Nullable SecondMoments inputs) {
        SecondMoments observed = observed(name, inputs);
        grid.requireWidth(name, weight);
        weights.requireFinite(name, weight);
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray order = order(grid, observed.gram());
            NDArray moments = kernels.moments(observed, order);
            int dead = kernels.deadChannels(observed.gram());
            for (double damping = settings.damping(); damping <= LAST_DAMPING; damping *= 10) {
                GptqKernels.Factor factor = kernels.factor(moments, damping);
                if (factor.valid()) {
                    StoredWeight rounded = pass(weight, observed, order, factor).round(grid, scales);
                    return new Rounded(rounded, Rounded.How.COMPENSATED, damping, dead);
                }
            }
            return new Rounded(weights.nearest(weight, grid), Rounded.How.FELL_BACK, LAST_DAMPING, dead);
        }
    }

    private GptqColumns pass(NDArray weight, SecondMoments inputs, NDArray order, GptqKernels.Factor factor) {
        boolean natural = settings.order() == Rounding.Gptq.Order.NATURAL;
        NDArray target = target(weight, inputs, order, factor);
        return new GptqColumns(
                runtime,
                new GptqColumns.Task(weight, target, kernels.toFloat(factor.a()), order, natural, settings.block()));
    }

    private SecondMoments observed(String name, @Nullable SecondMoments inputs) {
        if (inputs == null || (settings.asymmetric() && inputs.cross() == null)) {
            throw new IllegalArgumentException(name + " is to be rounded by GPTQ"
                    + (inputs == null
                            ? " without second moments"
                            : " with asymmetric calibration without cross moments")
                    + " of its inputs; observe them, or round to nearest");
        }
        return inputs;
    }

    /** What is rounded, in order, [in, out]; with asymmetric calibration what stands best for the weight on quantized inputs. */
    private NDArray target(NDArray weight, SecondMoments inputs, NDArray order, GptqKernels.Factor factor) {
        NDArray columns = kernels.columns(weight, order);
        NDArray cross = inputs.cross();
        return settings.asymmetric() && cross != null
                ? kernels.shifted(columns, cross, inputs.tokens(), order, factor, CORRECTION)
                : columns;
    }

    /** Which column is rounded when, int64 [in]: segment by segment. */
    private NDArray order(WeightGrid grid, NDArray gram) {
        List<NDArray> parts = new ArrayList<>();
        int first = 0;
        for (WeightGrid.Segment segment : grid.segments()) {
            int end = first + segment.columns();
            parts.add(
                    switch (settings.order()) {
                        case NATURAL -> runtime.manager().arange(first, end, 1, DataType.INT64);
                        case ACTIVATION -> kernels.byActivation(gram, first, segment.columns());
                    });
            first = end;
        }
        return kernels.joined(parts);
    }
}
