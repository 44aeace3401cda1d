package io.bisup.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.contract.Presets;
import io.bisup.contract.recipe.Learning;
import io.bisup.contract.recipe.Learning.Space;
import io.bisup.contract.recipe.Prefix;
import io.bisup.contract.recipe.Preset;
import io.bisup.contract.recipe.Ranges;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Transform;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The steps from a base to a whole BiSup recipe, each adding one stage to the one before. The base is the preset that the recipe
 * builds on; for a recipe that builds on none it is rounding to nearest.
 *
 * @param name of the step, as a table shows it
 * @param recipe of the step, with the whole recipe's name and calibration
 */
record Ablation(String name, Recipe recipe) {

    /** What a step adds, in the order of the steps. A stage that the base has as the whole recipe does is no step. */
    enum Stage {
        /** Keys are stored where the family loses least. */
        KEYS("+keys", null),
        /** GPTQ stays only where it lowers the error. */
        GUARD("+guard", null),
        /** Ranges are searched, not yet learnt. */
        SEARCH("+search", null),
        /** Θ1; with the search that it starts from. */
        CLIPPING("+clipping", Space.RANGES),
        /** Θ2. */
        SMOOTHING("+smoothing", Space.TRANSFORMS),
        /** Θ3. */
        LOW_RANK("+low-rank", Space.LOW_RANK),
        /** Keys and values of the prompt stay exact. */
        PREFIX("+prefix", null);

        private final String label;
        private final @Nullable Space learnt;

        Stage(String label, @Nullable Space learnt) {
            this.label = label;
            this.learnt = learnt;
        }
    }

    private static final Set<Space> SPACES = EnumSet.of(Space.RANGES, Space.TRANSFORMS, Space.LOW_RANK);

    /**
     * The steps of a preset that has every stage.
     *
     * @param presets finds what the preset builds on
     * @param search whether the search of ranges is a step of its own, before they are learnt
     * @throws IllegalArgumentException when the preset lacks a stage
     */
    static List<Ablation> of(Preset preset, Presets presets, boolean search) {
        Recipe whole = preset.recipe();
        Learning learning = whole.learning();
        if (learning == null || !learning.of().containsAll(SPACES)) {
            throw new IllegalArgumentException(
                    whole.name() + " lacks a stage; name a recipe that learns ranges, transforms and low_rank");
        }
        JsonNode named = preset.document().content().get("base");
        Recipe base = named == null ? nearest(whole) : presets.get(named.textValue());
        Set<Stage> taken = EnumSet.noneOf(Stage.class);
        List<Ablation> steps = new ArrayList<>();
        steps.add(new Ablation(named == null ? "rtn" : base.name(), with(base, whole, learning, taken)));
        for (Stage stage : search ? EnumSet.allOf(Stage.class) : EnumSet.complementOf(EnumSet.of(Stage.SEARCH))) {
            taken.add(stage);
            Recipe recipe = with(base, whole, learning, taken);
            if (!recipe.equals(steps.getLast().recipe())) {
                steps.add(new Ablation(stage.label, recipe));
            }
        }
        return steps;
    }

    /** The recipe without what is learnt and without a prefix. */
    private static Recipe nearest(Recipe whole) {
        List<Transform> transforms = whole.transforms().stream()
                .filter(transform -> !(transform instanceof Transform.Smooth))
                .toList();
        return new Recipe(
                whole.version(),
                whole.name(),
                transforms,
                whole.precision(),
                Ranges.FULL,
                whole.rounding(),
                null,
                null,
                new Prefix.None(),
                whole.calibration());
    }

    /** The base with the stages taken from the whole recipe. */
    private static Recipe with(Recipe base, Recipe whole, Learning learning, Set<Stage> taken) {
        boolean searched = taken.contains(Stage.SEARCH) || taken.contains(Stage.CLIPPING);
        return new Recipe(
                whole.version(),
                whole.name(),
                (taken.contains(Stage.SMOOTHING) ? whole : base).transforms(),
                (taken.contains(Stage.KEYS) ? whole : base).precision(),
                (searched ? whole : base).ranges(),
                (taken.contains(Stage.GUARD) ? whole : base).rounding(),
                (taken.contains(Stage.LOW_RANK) ? whole : base).compensation(),
                only(learning, taken),
                (taken.contains(Stage.PREFIX) ? whole : base).prefix(),
                whole.calibration());
    }

    private static @Nullable Learning only(Learning learning, Set<Stage> taken) {
        Set<Space> of = EnumSet.noneOf(Space.class);
        for (Stage stage : taken) {
            if (stage.learnt != null) {
                of.add(stage.learnt);
            }
        }
        return of.isEmpty()
                ? null
                : new Learning(
                        of,
                        learning.epochs(),
                        learning.rate(),
                        learning.lowRankRate(),
                        learning.heldOut(),
                        learning.objective());
    }
}
