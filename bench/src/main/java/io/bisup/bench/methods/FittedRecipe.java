package io.bisup.bench.methods;

import io.bisup.contract.recipe.Calibration;
import io.bisup.contract.recipe.Keepers;
import io.bisup.contract.recipe.LowRank;
import io.bisup.contract.recipe.Precision;
import io.bisup.contract.recipe.Recipe;
import org.jspecify.annotations.Nullable;

/** A preset with the calibration that is asked for. What it asks of wide models is bounded to a quarter of a narrow one. */
public final class FittedRecipe {

    private static final int QUARTER = 4;

    private FittedRecipe() {}

    /** The preset for a model whose residual stream has {@code width} channels. */
    public static Recipe of(Recipe preset, Calibration calibration, int width) {
        int most = Math.max(1, width / QUARTER);
        Precision precision = preset.precision();
        return new Recipe(
                preset.version(),
                preset.name(),
                preset.transforms(),
                new Precision(
                        precision.weights(),
                        precision.inputs(),
                        precision.cache(),
                        bounded(precision.keepers(), most),
                        precision.overrides()),
                preset.ranges(),
                preset.rounding(),
                bounded(preset.compensation(), most),
                preset.learning(),
                preset.prefix(),
                calibration);
    }

    private static @Nullable Keepers bounded(@Nullable Keepers keepers, int most) {
        return keepers == null ? null : new Keepers(Math.min(most, keepers.channels()), keepers.bits());
    }

    private static @Nullable LowRank bounded(@Nullable LowRank branch, int most) {
        return branch == null
                ? null
                : new LowRank(
                        Math.min(most, branch.rank()),
                        branch.energy(),
                        branch.start(),
                        branch.reads(),
                        Math.min(most / 2, branch.outliers()));
    }
}
