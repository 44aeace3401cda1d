package io.bisup.api.job;

import io.bisup.contract.recipe.CacheFormat;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Scope;

/** Bits and group of a recipe in one word of the literature, such as W3A3KV3-g128. */
public final class RecipeCode {

    private RecipeCode() {}

    public static String of(Recipe recipe) {
        Format weights = recipe.precision().weights();
        return "W" + weights.bits() + "A" + recipe.precision().inputs().bits()
                + cache(recipe.precision().cache()) + (weights.quantizes() ? "-" + group(weights.scope()) : "");
    }

    private static String cache(CacheFormat cache) {
        int keys = cache.keys().bits();
        int values = cache.values().bits();
        return keys == values ? "KV" + keys : "K" + keys + "V" + values;
    }

    private static String group(Scope scope) {
        return switch (scope) {
            case Scope.Channels channels -> "g" + channels.columns();
            case Scope.Row row -> "channel";
            case Scope.Head head -> "head";
            case Scope.Tensor tensor -> "tensor";
        };
    }
}
