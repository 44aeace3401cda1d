package io.bisup.llm.weight;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import io.bisup.contract.recipe.Rounding;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Column by column, each error moved into the columns behind so that the outputs change least (GPTQ, arXiv 2210.17323, algorithm
 * 1; methods §1.9, A2).
 *
 * <p>Segments are rounded in their order, so keepers take the errors of all others. With act-order the scales are those of the
 * weight as it was, because a stored group holds neighbouring columns. Where the second moments are not positive definite, the
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
    private final WeightKernels kernels;
    private final Rounding.Gptq settings;
    private final GroupScales scales;

    /** @param settings {@code onlyIfBetter} is the caller's to decide: see {@link WeightKernels#outputError} */
    public Gptq(TensorRuntime runtime, Rounding.Gptq settings, GroupScales scales) {
        this.runtime = runtime;
        this.kernels = new WeightKernels(runtime);
        this.settings = settings;
        this.scales = settings.order() == Rounding.Gptq.Order.ACTIVATION ? new GroupScales.Fixed() : scales;
    }

    /**
     * U with (H + λ·mean(diag H)·I)⁻¹ = Uᵀ U.
     *
     * @param u upper triangular float64, in the order of rounding
     * @param damping λ
     */
    private record Root(NDArray u, double damping) {}

    /** @throws IllegalArgumentException without second moments, or without the cross moments of asymmetric calibration */
    @Override
    public Rounded round(String name, NDArray weight, WeightGrid grid, @Nullable SecondMoments inputs) {
        if (inputs == null || (settings.asymmetric() && inputs.cross() == null)) {
            throw new IllegalArgumentException(name + " is to be rounded by GPTQ"
                    + (inputs == null
                            ? " without second moments"
                            : " with asymmetric calibration without cross moments")
                    + " of its inputs; observe them, or round to nearest");
        }
        grid.requireWidth(name, weight);
        kernels.requireFinite(name, weight);
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray order = order(grid, inputs.gram());
            int dead = deadChannels(inputs.gram());
            Root root = root(inputs, order);
            if (root == null) {
                StoredWeight nearest = new Nearest(runtime).stored(weight, grid);
                return new Rounded(nearest, Rounded.How.FELL_BACK, LAST_DAMPING, dead);
            }
            NDArray columns = target(weight, inputs, order, root.u());
            NDArray factors = calls().call("gptq_single", root.u());
            GptqColumns pass = new GptqColumns(runtime, weight, columns, factors, order);
            return new Rounded(
                    pass.round(grid, settings.block(), scales), Rounded.How.COMPENSATED, root.damping(), dead);
        }
    }

    /** What is rounded, in order, [in, out]; with asymmetric calibration what stands best for the weight on quantized inputs. */
    private NDArray target(NDArray weight, SecondMoments inputs, NDArray order, NDArray u) {
        NDArray columns = calls().call("gptq_columns", weight, order);
        NDArray cross = inputs.cross();
        return settings.asymmetric() && cross != null
                ? calls().call("gptq_shift", columns, cross, (double) inputs.tokens(), order, u, CORRECTION)
                : columns;
    }

    /** Which column is rounded when: within each segment. */
    private NDArray order(WeightGrid grid, NDArray gram) {
        NDArray[] parts = new NDArray[grid.segments().size()];
        int first = 0;
        for (int i = 0; i < parts.length; i++) {
            int columns = grid.segments().get(i).columns();
            parts[i] = switch (settings.order()) {
                case NATURAL -> runtime.manager().arange(first, first + columns, 1, DataType.INT64);
                case ACTIVATION -> calls().call("gptq_order", gram, first, columns);
            };
            first += columns;
        }
        return calls().call("gptq_joined", (Object) parts);
    }

    private int deadChannels(NDArray gram) {
        return (int)
                Arrays.stream(calls().call("gptq_dead", gram).toLongArray()).sum();
    }

    private @Nullable Root root(SecondMoments inputs, NDArray order) {
        NDArray moments = calls().call("gptq_moments", inputs.gram(), (double) inputs.tokens(), order);
        for (double damping = settings.damping(); damping <= LAST_DAMPING; damping *= 10) {
            NDArray[] root = calls().callMany("gptq_root", moments, damping);
            if (root[1].getBoolean()) {
                return new Root(root[0], damping);
            }
        }
        return null;
    }

    private Kernels calls() {
        return runtime.kernels();
    }
}
