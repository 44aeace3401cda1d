package io.bisup.llm.fused;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.bisup.contract.recipe.Format;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.weight.ClipSearch;
import io.bisup.llm.weight.Tiling;
import io.bisup.llm.weight.WeightKernels;
import java.lang.foreign.Arena;

/**
 * {@link ClipSearch} on the CPU, group by group: a group and its rounding stay in the processor's cache while all factors are
 * tried; the graph passes over the whole weight a dozen times for each factor. The factors are the graph's, except where the
 * errors of two factors are equal to the rounding of float32 sums.
 */
public final class FusedClipSearch implements ClipSearch {

    private final NDManager manager;

    private FusedClipSearch(NDManager manager) {
        this.manager = manager;
    }

    /** The fastest that the runtime can run: this one on a CPU in a JVM with {@code --add-modules=jdk.incubator.vector}. */
    public static ClipSearch bestFor(TensorRuntime runtime) {
        return FusedBlockStep.canRun(runtime)
                ? new FusedClipSearch(runtime.manager())
                : new WeightKernels(runtime)::clipSearch;
    }

    /** The weight and its groups. */
    private record Groups(FloatMatrix weight, Tiling tiling) {
        int rows() {
            return tiling.tilesOf(weight.rows());
        }

        int columns() {
            return tiling.groupsOf(weight.columns());
        }

        /** Copies a tile's elements side by side; says how many. */
        int gather(int tile, int group, long target) {
            int first = group * tiling.columns();
            int width = Math.min(tiling.columns(), weight.columns() - first);
            int begin = tile * tiling.rows();
            int height = Math.min(tiling.rows(), weight.rows() - begin);
            for (int row = 0; row < height; row++) {
                Lanes.copy(weight.at(begin + row, first), Lanes.at(target, (long) row * width), width);
            }
            return height * width;
        }
    }

    @Override
    public NDArray best(NDArray weight, Format format, double norm, double... candidates) {
        FloatMatrix matrix = FloatMatrix.of(weight);
        Groups groups = new Groups(matrix, Tiling.of(format, matrix.rows(), matrix.columns()));
        GroupKernel kernel = GroupKernel.of(format.bits(), format.symmetric(), true);
        float[] best = new float[groups.rows() * groups.columns()];
        RowBlocks.forEach(groups.rows(), (block, from, to) -> {
            try (Arena arena = Arena.ofConfined()) {
                Search search = new Search(kernel, (float) norm, candidates, groups.tiling(), arena);
                for (int tile = from; tile < to; tile++) {
                    for (int group = 0; group < groups.columns(); group++) {
                        best[tile * groups.columns() + group] = search.best(groups, tile, group);
                    }
                }
            }
        });
        return Tensors.floats(manager, best, groups.rows(), groups.columns());
    }

    /** The search of one thread, with memory for a group and its rounding. */
    private static final class Search {
        private final GroupKernel kernel;
        private final float norm;
        private final double[] candidates;
        private final long exact;
        private final long rounded;

        Search(GroupKernel kernel, float norm, double[] candidates, Tiling tiling, Arena arena) {
            this.kernel = kernel;
            this.norm = norm;
            this.candidates = candidates;
            long bytes = (long) tiling.rows() * tiling.columns() * Float.BYTES;
            this.exact = arena.allocate(bytes, Float.BYTES).address();
            this.rounded = arena.allocate(bytes, Float.BYTES).address();
        }

        float best(Groups groups, int tile, int group) {
            int length = groups.gather(tile, group, exact);
            float least = Float.POSITIVE_INFINITY;
            float best = 1;
            for (double candidate : candidates) {
                float factor = (float) candidate;
                kernel.forward(exact, rounded, length, factor, factor);
                float error = Lanes.distance(exact, rounded, length, norm);
                if (error < least) {
                    least = error;
                    best = factor;
                }
            }
            return best;
        }
    }
}
