package io.bisup.bench.methods;

import io.bisup.contract.Presets;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Precision;
import io.bisup.contract.recipe.Preset;
import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.config.DecoderConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Untrained rows for those that store more than their code bits say: a branch or keepers cost bits, which rounding with wider
 * codes could have had instead.
 */
final class SameSize {

    private static final int MOST_BITS = 8;

    private final Presets presets;
    private final StoredSize size;

    SameSize(Presets presets, DecoderConfig config) {
        this.presets = presets;
        this.size = new StoredSize(config);
    }

    /** The searched rounding of the nearest size for each recipe that is at least half a bit larger than its own. */
    List<Recipe> of(List<Recipe> recipes) {
        Map<String, Recipe> rows = new LinkedHashMap<>();
        for (Recipe recipe : recipes) {
            searched(recipe).flatMap(base -> wider(base, recipe)).ifPresent(row -> rows.put(row.name(), row));
        }
        return new ArrayList<>(rows.values());
    }

    private Optional<Recipe> searched(Recipe recipe) {
        NumberFormats formats = NumberFormats.of(recipe.precision());
        return presets.all().stream()
                .map(Preset::recipe)
                .filter(base -> base.name().startsWith("rtn-search-"))
                .filter(base -> NumberFormats.of(base.precision()).equals(formats))
                .findFirst();
    }

    private Optional<Recipe> wider(Recipe base, Recipe recipe) {
        int bits = base.precision().weights().bits();
        int more = (int) Math.round(size.formula(recipe) - size.formula(base));
        return more < 1 || bits + more > MOST_BITS ? Optional.empty() : Optional.of(withBits(base, bits, bits + more));
    }

    private static Recipe withBits(Recipe base, int from, int bits) {
        Precision precision = base.precision();
        Format weights = precision.weights();
        return new Recipe(
                base.version(),
                base.name().replace("-w" + from + "a", "-w" + bits + "a"),
                base.transforms(),
                new Precision(
                        new Format(weights.type(), bits, weights.symmetric(), weights.scope()),
                        precision.inputs(),
                        precision.cache(),
                        precision.keepers(),
                        precision.overrides()),
                base.ranges(),
                base.rounding(),
                base.compensation(),
                base.learning(),
                base.prefix(),
                base.calibration());
    }
}
