package io.bisup.bench;

import io.bisup.contract.recipe.CacheFormat;
import io.bisup.contract.recipe.Calibration;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Keepers;
import io.bisup.contract.recipe.Precision;
import io.bisup.contract.recipe.Prefix;
import io.bisup.contract.recipe.Ranges;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Rounding;
import io.bisup.contract.recipe.Scope;
import io.bisup.contract.recipe.Transform;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a recipe adds to BiSup's plain step: asymmetric weights, symmetric inputs, adapters, an exact cache. */
enum StepVariant {
    PLAIN("BiSup"),
    /** Keys and values at three bits; keys before RoPE less their mean, rotated. */
    CACHE("BiSup + rotated cache"),
    /** QuaRot's rotations at run time, and the cache as in {@link #CACHE}. */
    HADAMARDS("BiSup + Hadamards at o and down, rotated cache"),
    /** Atom's reordering, 128 keepers at eight bits, tiles of two rows, and the cache as in {@link #CACHE}. */
    KEEPERS("BiSup + 128 keepers, tiles, permutations, rotated cache");

    private static final int KEPT_CHANNELS = 128;

    private final String title;

    StepVariant(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    Recipe recipe(int bits) {
        int rows = this == KEEPERS ? 2 : 1;
        Format weights = Format.integer(bits, false, new Scope.Channels(BlockSize.GROUP, rows));
        Format inputs = Format.integer(bits, true, Scope.columns(BlockSize.GROUP));
        Keepers keepers = this == KEEPERS ? new Keepers(KEPT_CHANNELS, 8) : null;
        Precision precision = new Precision(weights, inputs, cache(bits), keepers, Map.of());
        return new Recipe(
                Recipe.VERSION,
                "bench",
                transforms(),
                precision,
                Ranges.FULL,
                new Rounding.Nearest(),
                null,
                null,
                new Prefix.None(),
                Calibration.DEFAULT);
    }

    private CacheFormat cache(int bits) {
        if (this == PLAIN) {
            return CacheFormat.exact();
        }
        Format format = Format.integer(bits, false, new Scope.Head());
        return new CacheFormat(
                format, format, CacheFormat.Place.BEFORE_ROPE, CacheFormat.Offset.MEAN, CacheFormat.Toggle.ON);
    }

    private List<Transform> transforms() {
        return switch (this) {
            case PLAIN, CACHE -> List.of();
            case HADAMARDS ->
                List.of(new Transform.Rotate(
                        Set.of(
                                Transform.Rotate.Rotation.VALUE_HEADS,
                                Transform.Rotate.Rotation.ACROSS_HEADS,
                                Transform.Rotate.Rotation.DOWN),
                        Transform.Rotate.Kind.HADAMARD,
                        0));
            case KEEPERS -> List.of(new Transform.Reorder(Transform.Reorder.By.SECOND_MOMENT));
        };
    }
}
