package io.bisup.quantize.stage;

import ai.djl.ndarray.NDScope;
import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Draft;
import java.util.Set;

/** Sets what the cache subtracts from keys where they have no bias: the mean of each channel. */
final class KeyMeanStage implements BlockStage {

    @Override
    public Set<Statistic> needs() {
        return Set.of(Statistic.KEY_MEAN);
    }

    @Override
    public void apply(BlockWork work, Statistics statistics, Draft draft) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            draft.keyMean(statistics.keyMean());
        }
    }
}
