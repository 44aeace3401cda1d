package io.bisup.bench;

import io.bisup.contract.Recipe;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The steps from rounding to nearest to a whole BiSup recipe, each adding one stage to the one before.
 *
 * @param name of the step, as a table shows it
 */
record Ablation(String name, Recipe recipe) {

    /** The steps of a recipe that has every stage. */
    static List<Ablation> of(Recipe whole) {
        Recipe.Clipping clipping = whole.clipping();
        Recipe.Smoothing smoothing = whole.smoothing();
        Recipe.LowRank lowRank = whole.lowRank();
        Recipe.Training training = whole.training();
        if (clipping == null || smoothing == null || lowRank == null || training == null) {
            throw new IllegalArgumentException(
                    whole.name() + " lacks a stage; name a recipe with clipping, smoothing, lowRank and training");
        }
        Recipe plain = with(whole, null, null, null, null);
        return List.of(
                new Ablation("rtn", plain),
                new Ablation("+clipping", with(plain, clipping, null, null, training)),
                new Ablation("+smoothing", with(plain, clipping, smoothing, null, training)),
                new Ablation("+low-rank", with(plain, clipping, smoothing, lowRank, training)),
                new Ablation("+prefix", whole));
    }

    private static Recipe with(
            Recipe base,
            Recipe.@Nullable Clipping clipping,
            Recipe.@Nullable Smoothing smoothing,
            Recipe.@Nullable LowRank lowRank,
            Recipe.@Nullable Training training) {
        return new Recipe(
                base.name(),
                base.base(),
                base.weights(),
                base.activations(),
                base.keyValue(),
                clipping,
                smoothing,
                lowRank,
                Recipe.Prefix.NONE,
                training,
                base.calibration());
    }
}
