package io.bisup.contract.recipe;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a recipe needs beside the model. */
public enum Need {
    /** Windows of text pass the model. */
    CALIBRATION,
    /** Parameters are learnt by gradients: minutes become hours. */
    TRAINING,
    /** Exact keys and values stand in front of every sequence. */
    PREFIX;

    /** The needs of a recipe. */
    public static Set<Need> of(Recipe recipe) {
        EnumSet<Need> needs = EnumSet.noneOf(Need.class);
        if (calibrates(recipe)) {
            needs.add(CALIBRATION);
        }
        if (recipe.learning() != null) {
            needs.add(TRAINING);
        }
        if (!(recipe.prefix() instanceof Prefix.None)) {
            needs.add(PREFIX);
        }
        return Collections.unmodifiableSet(needs);
    }

    private static boolean calibrates(Recipe recipe) {
        Ranges ranges = recipe.ranges();
        Precision precision = recipe.precision();
        return recipe.learning() != null
                || recipe.rounding() instanceof Rounding.Gptq
                || recipe.prefix() instanceof Prefix.Detected
                || branchReadsInputs(recipe.compensation())
                || (precision.inputs().quantizes() && ranges.inputs() instanceof Range.Searched)
                || (precision.cache().quantizes() && ranges.cache() instanceof Range.Searched)
                || meansOfKeys(precision.cache())
                || recipe.transforms().stream().anyMatch(Need::readsInputs);
    }

    private static boolean branchReadsInputs(@Nullable LowRank branch) {
        return branch != null && (branch.start() == LowRank.Start.WHITENED_SVD || branch.outliers() > 0);
    }

    /** AUTO may become MEAN, for models whose keys have no bias. */
    private static boolean meansOfKeys(CacheFormat cache) {
        return cache.keys().quantizes()
                && switch (cache.offset()) {
                    case AUTO, MEAN -> true;
                    case NONE, BIAS -> false;
                };
    }

    private static boolean readsInputs(Transform transform) {
        return switch (transform) {
            case Transform.Smooth smooth -> smooth.start() == Transform.Smooth.Start.SMOOTHQUANT;
            case Transform.Reorder reorder -> true;
            case Transform.Rotate rotate -> false;
        };
    }
}
