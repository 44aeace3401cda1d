package io.bisup.quantize.stage;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.recipe.Learning;
import io.bisup.contract.recipe.Range;
import io.bisup.contract.recipe.Rounding;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.fused.FusedClipSearch;
import io.bisup.llm.plan.BlockOperands;
import io.bisup.llm.plan.Segment;
import io.bisup.llm.weight.Gptq;
import io.bisup.llm.weight.GroupScales;
import io.bisup.llm.weight.MomentSum;
import io.bisup.llm.weight.Nearest;
import io.bisup.llm.weight.Rounded;
import io.bisup.llm.weight.Rounder;
import io.bisup.llm.weight.SecondMoments;
import io.bisup.llm.weight.StoredWeight;
import io.bisup.llm.weight.WeightGrid;
import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Draft;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns folded weights into codes: q, k, v, then o, then gate and up, then down, each on inputs that the earlier codes make. */
final class RoundStage implements BlockStage {

    private final Rounding rounding;

    RoundStage(Rounding rounding) {
        this.rounding = rounding;
    }

    @Override
    public void apply(BlockWork work, Statistics statistics, Draft draft) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            BlockOperands operands = draft.operands(work.kernels());
            DecoderBlockWeights targets = draft.quantizable(work.kernels(), operands.weights());
            switch (rounding) {
                case Rounding.Nearest nearest -> nearest(work, draft, operands, targets);
                case Rounding.Gptq gptq -> gptq(work, draft, operands, targets, gptq);
            }
        }
    }

    private static void nearest(BlockWork work, Draft draft, BlockOperands operands, DecoderBlockWeights targets) {
        Rounder rounder = new Nearest(work.runtime());
        for (BlockTensor linear : BlockSites.LINEARS) {
            round(work, draft, rounder, linear, operands, targets, null);
        }
    }

    private static void gptq(
            BlockWork work, Draft draft, BlockOperands operands, DecoderBlockWeights targets, Rounding.Gptq gptq) {
        Rounder rounder = new Gptq(work.runtime(), gptq, scales(work));
        BlockError error = new BlockError(work, draft, operands);
        Map<BlockTensor, NDArray> weights = new EnumMap<>(work.planned()
                .roundedToNearest(work.layer(), work.kernels(), operands.with(targets))
                .tensors());
        weights.replaceAll((linear, rounded) -> whole(work, draft, linear, operands, rounded));
        double before = gptq.onlyIfBetter() ? error.of(new DecoderBlockWeights(weights)) : Double.POSITIVE_INFINITY;
        for (Site site : BlockSites.INPUTS) {
            work.control().checkpoint();
            try (MomentSum sum = error.quantizedInputs(site, new DecoderBlockWeights(weights), gptq.asymmetric())) {
                SecondMoments inputs = sum.moments();
                for (BlockTensor linear : BlockSites.readers(site)) {
                    StoredWeight rounded = round(work, draft, rounder, linear, operands, targets, inputs);
                    if (rounded != null) {
                        weights.put(linear, whole(work, draft, linear, operands, rounded.dequantize(work.runtime())));
                    }
                }
            }
        }
        if (gptq.onlyIfBetter() && error.of(new DecoderBlockWeights(weights)) >= before) {
            draft.note("GPTQ did not lower the block's error: rounded to nearest");
            nearest(work, draft, operands, targets);
        }
    }

    /** A rounded weight with the columns that its branch will carry. */
    private static NDArray whole(
            BlockWork work, Draft draft, BlockTensor linear, BlockOperands operands, NDArray rounded) {
        NDArray carried =
                draft.carried(work.kernels(), linear, operands.weights().get(linear));
        return carried == null ? rounded : rounded.add(carried);
    }

    /** Learnt or searched ranges are those of the weight as it was; else each group's are taken when its turn comes. */
    private static GroupScales scales(BlockWork work) {
        boolean found = work.plan().learns(Learning.Space.WEIGHT_RANGES);
        return switch (work.plan().recipe().ranges().weights()) {
            case Range.Searched searched
            when !found -> new GroupScales.Searched(searched.norm(), FusedClipSearch.bestFor(work.runtime()));
            case Range.Searched searched -> new GroupScales.Fixed();
            case Range.Full full -> found ? new GroupScales.Fixed() : new GroupScales.Current();
            case Range.Fixed fixed -> found ? new GroupScales.Fixed() : new GroupScales.Current();
        };
    }

    private static @Nullable StoredWeight round(
            BlockWork work,
            Draft draft,
            Rounder rounder,
            BlockTensor linear,
            BlockOperands operands,
            DecoderBlockWeights targets,
            @Nullable SecondMoments inputs) {
        List<Segment> segments = work.plan().weightSegments(work.layer(), linear);
        if (segments.isEmpty()) {
            return null;
        }
        String name = linear.name(work.layer());
        Rounded rounded = rounder.round(name, targets.get(linear), grid(segments, linear, operands), inputs);
        if (rounded.how() == Rounded.How.FELL_BACK) {
            draft.note(name + ": second moments cannot be factored, rounded to nearest");
        }
        draft.round(linear, rounded.weight());
        return rounded.weight();
    }

    private static WeightGrid grid(List<Segment> segments, BlockTensor linear, BlockOperands operands) {
        List<BlockOperands.Clip> clips = operands.weightClips().get(linear);
        List<WeightGrid.Segment> grid = new ArrayList<>();
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            grid.add(new WeightGrid.Segment(
                    segment.columns(),
                    segment.format(),
                    clips == null ? null : clips.get(i).high(),
                    clips == null ? null : clips.get(i).low()));
        }
        return new WeightGrid(grid);
    }
}
