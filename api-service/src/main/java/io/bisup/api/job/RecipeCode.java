package io.bisup.api.job;

import io.bisup.contract.Recipe;
import io.bisup.contract.TensorFormat;

/** Bits and group of a recipe in one word of the literature, such as W3A3KV3-g128. */
public final class RecipeCode {

    private RecipeCode() {}

    public static String of(Recipe recipe) {
        TensorFormat weights = recipe.weights();
        String group = weights.groupSize() > 0 ? "g" + weights.group() : weights.group();
        return "W" + weights.bits() + "A" + recipe.activations().bits() + "KV"
                + recipe.keyValue().bits() + (weights.quantizes() ? "-" + group : "");
    }
}
