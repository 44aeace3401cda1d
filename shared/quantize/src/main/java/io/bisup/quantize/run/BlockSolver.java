package io.bisup.quantize.run;

import io.bisup.contract.recipe.Learning;
import io.bisup.contract.recipe.LowRank;
import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.quant.LegacyRecipe;
import io.bisup.quantize.stage.BlockContext;
import io.bisup.quantize.stage.BlockParameters;
import io.bisup.quantize.stage.CalibrationStatistics;
import io.bisup.quantize.stage.compensate.LowRankStart;
import io.bisup.quantize.stage.learn.BlockStep;
import io.bisup.quantize.stage.learn.BlockSteps;
import io.bisup.quantize.stage.learn.BlockTrainer;
import io.bisup.quantize.stage.learn.TrainingOutcome;
import io.bisup.quantize.stage.transform.SmoothingStart;
import io.bisup.quantize.stage.weight.ClippingStart;
import java.util.List;

/** Applies the stages of a recipe to one block: smoothing, clipping and low-rank starts, then learning. */
final class BlockSolver {

    private final LegacyRecipe recipe;
    private final BlockSteps steps;

    BlockSolver(Recipe recipe, BlockSteps steps) {
        this.recipe = LegacyRecipe.of(recipe);
        this.steps = steps;
    }

    /**
     * Sets the parameters.
     *
     * @param power mean square of the targets
     */
    TrainingOutcome solve(BlockContext context, BlockParameters parameters, double power) {
        if (recipe.smoothing() != null || recipe.lowRank() != null) {
            try (CalibrationStatistics statistics = CalibrationStatistics.collect(context, secondMoments())) {
                start(context, statistics, parameters);
            }
        } else if (recipe.clipping() != null) {
            new ClippingStart(context, parameters).apply(recipe.clipping());
        }
        return learn(context, parameters, power);
    }

    private boolean secondMoments() {
        return recipe.lowRank() != null && recipe.lowRank().start() == LowRank.Start.WHITENED_SVD;
    }

    private void start(BlockContext context, CalibrationStatistics statistics, BlockParameters parameters) {
        if (recipe.smoothing() != null) {
            SmoothingStart.apply(context, statistics, recipe.smoothing(), parameters);
        }
        if (recipe.clipping() != null) {
            new ClippingStart(context, parameters).apply(recipe.clipping());
        }
        if (recipe.lowRank() != null) {
            new LowRankStart(context, statistics, recipe.lowRank(), parameters).apply();
        }
    }

    private TrainingOutcome learn(BlockContext context, BlockParameters parameters, double power) {
        BlockStep step = steps.create(context, parameters, power);
        Learning training = recipe.training();
        if (training == null || parameters.learnt().isEmpty()) {
            double loss = step.measure(all(context));
            return new TrainingOutcome(loss, loss, 0, 0, List.of());
        }
        try (BlockTrainer trainer = new BlockTrainer(context, parameters, step, training, training.lowRankRate())) {
            return trainer.train();
        }
    }

    private static int[] all(BlockContext context) {
        return java.util.stream.IntStream.range(0, context.samples().count()).toArray();
    }
}
