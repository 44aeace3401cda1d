package io.bisup.quantize.stage;

import io.bisup.contract.recipe.CacheFormat;
import io.bisup.contract.recipe.Learning;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Transform;
import io.bisup.llm.plan.BlockPlan;
import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Draft;
import io.bisup.quantize.learn.BlockSteps;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The stages of a plan, in order. */
public final class Stages {

    private final List<BlockStage> stages;

    /** @param steps makes the training steps */
    public Stages(BlockPlan plan, BlockSteps steps) {
        this.stages = of(plan, steps);
    }

    private static List<BlockStage> of(BlockPlan plan, BlockSteps steps) {
        Recipe recipe = plan.recipe();
        List<BlockStage> stages = new ArrayList<>();
        recipe.transforms().forEach(transform -> stages.add(of(transform)));
        if (plan.cache().offset() == CacheFormat.Offset.MEAN) {
            stages.add(new KeyMeanStage());
        }
        if (recipe.compensation() != null && recipe.compensation().outliers() > 0) {
            stages.add(new KeepOutStage(recipe.compensation()));
        }
        stages.add(new WeightRangeStage(recipe.ranges().weights()));
        stages.add(new PathRangeStage(recipe.ranges()));
        if (recipe.compensation() != null && plan.learns(Learning.Space.LOW_RANK)) {
            stages.add(new LowRankStage(recipe.compensation()));
        }
        if (recipe.learning() != null) {
            stages.add(new LearnStage(recipe.learning(), steps));
        }
        stages.add(new RoundStage(recipe.rounding()));
        if (recipe.compensation() != null && !plan.learns(Learning.Space.LOW_RANK)) {
            stages.add(new LowRankStage(recipe.compensation()));
        }
        return List.copyOf(stages);
    }

    private static BlockStage of(Transform transform) {
        return switch (transform) {
            case Transform.Smooth smooth -> new SmoothStage(smooth);
            case Transform.Reorder reorder -> new ReorderStage(reorder);
            case Transform.Rotate rotate -> new RotateStage(rotate);
        };
    }

    /** Takes a draft of a block through all stages. */
    public void apply(BlockWork work, Draft draft) {
        Set<Statistic> wanted = EnumSet.noneOf(Statistic.class);
        stages.forEach(stage -> wanted.addAll(stage.needs()));
        try (Statistics statistics = Statistics.collect(work, draft, wanted)) {
            for (BlockStage stage : stages) {
                work.control().checkpoint();
                stage.apply(work, statistics, draft);
            }
        }
    }
}
