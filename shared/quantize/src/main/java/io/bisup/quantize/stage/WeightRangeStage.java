package io.bisup.quantize.stage;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Learning;
import io.bisup.contract.recipe.Range;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.fused.FusedClipSearch;
import io.bisup.llm.kernel.LinearKernels;
import io.bisup.llm.plan.Segment;
import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Draft;
import io.bisup.quantize.block.RangeLogits;
import io.bisup.quantize.kernel.LearningKernels;
import java.util.ArrayList;
import java.util.List;

/** Θ1 of weights before learning: for each group a constant factor, or the one with the least error of the group. */
final class WeightRangeStage implements BlockStage {

    private final Range range;

    WeightRangeStage(Range range) {
        this.range = range;
    }

    @Override
    public void apply(BlockWork work, Statistics statistics, Draft draft) {
        boolean learnt = work.plan().learns(Learning.Space.WEIGHT_RANGES);
        if (range instanceof Range.Full && !learnt) {
            return;
        }
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            DecoderBlockWeights folded = draft.quantizable(
                    work.kernels(), draft.operands(work.kernels()).weights());
            for (BlockTensor linear : BlockSites.LINEARS) {
                List<Segment> segments = work.plan().weightSegments(work.layer(), linear);
                if (!segments.isEmpty()) {
                    draft.weightRange(linear, logits(work, folded.get(linear), segments, learnt));
                }
            }
        }
    }

    private List<RangeLogits> logits(BlockWork work, NDArray weight, List<Segment> segments, boolean learnt) {
        List<RangeLogits> all = new ArrayList<>();
        long first = 0;
        for (Segment segment : segments) {
            NDArray part = segments.size() == 1
                    ? weight
                    : LinearKernels.columns(work.kernels(), weight, first, segment.columns());
            NDArray high = logits(work, part, segment, learnt);
            all.add(new RangeLogits(high, segment.format().symmetric() ? null : high.duplicate()));
            first += segment.columns();
        }
        return all;
    }

    private NDArray logits(BlockWork work, NDArray weight, Segment segment, boolean learnt) {
        Format format = segment.format();
        long tiles = weight.getShape().get(0) / format.scope().sharedRows();
        return switch (range) {
            case Range.Full full -> constant(work, tiles, segment, ClipGrid.LARGEST_LEARNT);
            case Range.Fixed fixed -> constant(work, tiles, segment, ClipGrid.logit(fixed.factor(), learnt));
            case Range.Searched searched ->
                LearningKernels.clipLogit(
                        work.kernels(),
                        FusedClipSearch.bestFor(work.runtime())
                                .best(weight, format, searched.norm(), ClipGrid.factors()),
                        ClipGrid.largest(learnt));
        };
    }

    private static NDArray constant(BlockWork work, long tiles, Segment segment, double logit) {
        return work.runtime().manager().full(new Shape(tiles, segment.groups()), (float) logit);
    }
}
