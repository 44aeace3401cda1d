package io.bisup.llm.weight;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.tensor.TensorRuntime;
import org.jspecify.annotations.Nullable;

/** Each value to its nearest code, half to even. */
public final class Nearest implements Rounder {
    private final WeightKernels kernels;

    public Nearest(TensorRuntime runtime) {
        this.kernels = new WeightKernels(runtime);
    }

    @Override
    public Rounded round(String name, NDArray weight, WeightGrid grid, @Nullable SecondMoments inputs) {
        grid.requireWidth(name, weight);
        kernels.requireFinite(name, weight);
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            return Rounded.nearest(kernels.nearest(weight, grid));
        }
    }
}
