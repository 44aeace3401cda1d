package io.bisup.quantize.stage;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.recipe.Learning;
import io.bisup.contract.recipe.Range;
import io.bisup.contract.recipe.Ranges;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.plan.Segment;
import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Draft;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Θ1 of inputs and cache before learning: constant factors; or for each input the one with the least output error of its
 * linears, and for each head the one with the least error of its keys and of its values.
 */
final class PathRangeStage implements BlockStage {

    private final Ranges ranges;

    PathRangeStage(Ranges ranges) {
        this.ranges = ranges;
    }

    @Override
    public void apply(BlockWork work, Statistics statistics, Draft draft) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            PathRangeSearch search =
                    new PathRangeSearch(work, draft, isSearched(work, ranges.inputs()), searchesCache(work));
            inputs(work, draft, search, work.plan().learns(Learning.Space.INPUT_RANGES));
            cache(work, draft, search, work.plan().learns(Learning.Space.CACHE_RANGES));
        }
    }

    private static boolean isSearched(BlockWork work, Range range) {
        return range instanceof Range.Searched
                && work.plan().recipe().precision().inputs().quantizes();
    }

    private boolean searchesCache(BlockWork work) {
        return ranges.cache() instanceof Range.Searched && work.plan().cache().quantizes();
    }

    private void inputs(BlockWork work, Draft draft, PathRangeSearch search, boolean learnt) {
        if (ranges.inputs() instanceof Range.Full && !learnt) {
            return;
        }
        for (Site site : BlockSites.INPUTS) {
            List<NDArray> logits = new ArrayList<>();
            for (Segment segment : work.plan().inputSegments(site)) {
                double logit = switch (ranges.inputs()) {
                    case Range.Full full -> ClipGrid.LARGEST_LEARNT;
                    case Range.Fixed fixed -> ClipGrid.logit(fixed.factor(), learnt);
                    case Range.Searched searched -> ClipGrid.logit(search.inputFactor(site), learnt);
                };
                logits.add(work.runtime().manager().full(new Shape(segment.groups()), (float) logit));
            }
            if (!logits.isEmpty()) {
                draft.inputRange(site, logits);
            }
        }
    }

    private void cache(BlockWork work, Draft draft, PathRangeSearch search, boolean learnt) {
        if (!work.plan().cache().quantizes() || (ranges.cache() instanceof Range.Full && !learnt)) {
            return;
        }
        int heads = work.plan().config().keyValueHeads();
        if (work.plan().cache().keys().quantizes()) {
            draft.keyRange(head(work, heads, () -> search.keyLogits(learnt), learnt));
        }
        if (work.plan().cache().values().quantizes()) {
            draft.valueRange(head(work, heads, () -> search.valueLogits(learnt), learnt));
        }
    }

    private NDArray head(BlockWork work, int heads, Supplier<NDArray> searchedLogits, boolean learnt) {
        return switch (ranges.cache()) {
            case Range.Full full -> constant(work, heads, ClipGrid.LARGEST_LEARNT);
            case Range.Fixed fixed -> constant(work, heads, ClipGrid.logit(fixed.factor(), learnt));
            case Range.Searched searched -> searchedLogits.get();
        };
    }

    private static NDArray constant(BlockWork work, int heads, double logit) {
        return work.runtime().manager().full(new Shape(heads, 1, 1), (float) logit);
    }
}
