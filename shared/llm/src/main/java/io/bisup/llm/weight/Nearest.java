package io.bisup.llm.weight;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.tensor.TensorRuntime;
import java.util.ArrayList;
import java.util.List;
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
        return Rounded.nearest(stored(weight, grid));
    }

    StoredWeight stored(NDArray weight, WeightGrid grid) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            List<StoredWeight> parts = new ArrayList<>();
            int first = 0;
            for (WeightGrid.Segment segment : grid.segments()) {
                parts.add(kernels.nearest(kernels.columns(weight, first, segment.columns()), segment));
                first += segment.columns();
            }
            return StoredWeight.of(parts);
        }
    }
}
