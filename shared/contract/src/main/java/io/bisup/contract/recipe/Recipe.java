package io.bisup.contract.recipe;

import io.bisup.contract.Check;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is done to a model: a paper is a preset of this. Whether it can be done to a given model is the planner's matter.
 *
 * @param version of the language, always {@value #VERSION}; older documents are upgraded when they are read
 * @param name the preset's name, or the user's own
 * @param transforms changes that leave the function as it is, in order
 * @param precision number formats
 * @param ranges ranges before learning
 * @param rounding how weights become codes
 * @param compensation low-rank branches, or null
 * @param learning block-wise training, or null when nothing is learnt
 * @param prefix tokens whose keys and values stay in high precision
 * @param calibration what is read of the calibration data
 */
public record Recipe(
        int version,
        String name,
        List<Transform> transforms,
        Precision precision,
        Ranges ranges,
        Rounding rounding,
        @Nullable LowRank compensation,
        @Nullable Learning learning,
        Prefix prefix,
        Calibration calibration) {

    /** The language of this release. */
    public static final int VERSION = 2;

    private static final int MAX_TRANSFORMS = 32;

    public Recipe {
        Check.require(version == VERSION, "version", "is " + version, "use " + VERSION);
        Check.name(name, "name");
        transforms = transforms == null ? List.of() : List.copyOf(transforms);
        Check.range(transforms.size(), 0, MAX_TRANSFORMS, "transforms");
        Check.present(precision, "precision");
        ranges = ranges == null ? Ranges.FULL : ranges;
        rounding = rounding == null ? new Rounding.Nearest() : rounding;
        prefix = prefix == null ? new Prefix.None() : prefix;
        calibration = calibration == null ? Calibration.DEFAULT : calibration;
        RecipeChecks.check(transforms, precision, compensation, learning);
    }

    /** This recipe, reading other calibration windows. */
    public Recipe withCalibration(Calibration other) {
        return new Recipe(
                version, name, transforms, precision, ranges, rounding, compensation, learning, prefix, other);
    }
}
