package io.bisup.bench;

import io.bisup.contract.recipe.Learning;
import io.bisup.contract.recipe.Learning.Space;
import io.bisup.contract.recipe.LowRank;
import io.bisup.contract.recipe.Prefix;
import io.bisup.contract.recipe.Ranges;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Transform;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The steps from rounding to nearest to a whole BiSup recipe, each adding one stage to the one before.
 *
 * @param name of the step, as a table shows it
 */
record Ablation(String name, Recipe recipe) {

    /** The steps of a recipe that has every stage. */
    static List<Ablation> of(Recipe whole) {
        Learning learning = whole.learning();
        if (learning == null || !learning.of().containsAll(List.of(Space.RANGES, Space.TRANSFORMS, Space.LOW_RANK))) {
            throw new IllegalArgumentException(
                    whole.name() + " lacks a stage; name a recipe that learns ranges, transforms and low_rank");
        }
        return List.of(
                new Ablation("rtn", with(whole, learning, EnumSet.noneOf(Space.class))),
                new Ablation("+clipping", with(whole, learning, EnumSet.of(Space.RANGES))),
                new Ablation("+smoothing", with(whole, learning, EnumSet.of(Space.RANGES, Space.TRANSFORMS))),
                new Ablation("+low-rank", with(whole, learning, learning.of())),
                new Ablation("+prefix", whole));
    }

    /** The recipe without a prefix, and without what is not learnt. */
    private static Recipe with(Recipe whole, Learning learning, Set<Space> of) {
        List<Transform> transforms = whole.transforms().stream()
                .filter(t -> of.contains(Space.TRANSFORMS) || !(t instanceof Transform.Smooth))
                .toList();
        LowRank compensation = of.contains(Space.LOW_RANK) ? whole.compensation() : null;
        return new Recipe(
                whole.version(),
                whole.name(),
                transforms,
                whole.precision(),
                of.contains(Space.RANGES) ? whole.ranges() : Ranges.FULL,
                whole.rounding(),
                compensation,
                of.isEmpty() ? null : only(learning, of),
                new Prefix.None(),
                whole.calibration());
    }

    private static Learning only(Learning learning, Set<Space> of) {
        return new Learning(
                of,
                learning.epochs(),
                learning.rate(),
                learning.lowRankRate(),
                learning.heldOut(),
                learning.objective());
    }
}
