package io.bisup.quantize.stage;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.recipe.Site;
import io.bisup.contract.recipe.Transform.Reorder;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.transform.Permutation;
import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Draft;
import java.util.Set;

/**
 * Sorts each input's channels in ascending order of a statistic, so that the outliers come last (Atom, arXiv 2310.19102, §4.1).
 * At down the rows of gate and up are permuted; elsewhere channels are gathered at run time.
 */
final class ReorderStage implements BlockStage {

    private final Reorder reorder;

    ReorderStage(Reorder reorder) {
        this.reorder = reorder;
    }

    @Override
    public Set<Statistic> needs() {
        return switch (reorder.by()) {
            case SECOND_MOMENT -> Set.of(Statistic.MEAN_SQUARE);
            case ABS_MAX -> Set.of(Statistic.ABS_MAX);
        };
    }

    @Override
    public void apply(BlockWork work, Statistics statistics, Draft draft) {
        for (Site site : BlockSites.INPUTS) {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDArray statistic = switch (reorder.by()) {
                    case SECOND_MOMENT -> statistics.squares(site);
                    case ABS_MAX -> statistics.absMax(site);
                };
                Permutation permutation =
                        Permutation.ascending(work.runtime().manager(), doubles(statistic.toFloatArray()));
                draft.maps().append(site, permutation, site == Site.DOWN);
            }
        }
    }

    private static double[] doubles(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}
