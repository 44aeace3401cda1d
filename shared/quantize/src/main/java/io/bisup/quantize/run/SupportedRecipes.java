package io.bisup.quantize.run;

import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.quant.BlockFormats;

/** Which compositions of stages can be run on which model; the rest is refused before any work, with the nearest legal one. */
public final class SupportedRecipes {

    private SupportedRecipes() {}

    /**
     * Refuses what cannot be run.
     *
     * @throws InvalidSpecException naming the field, the cause and a remedy
     */
    public static void check(Recipe recipe, DecoderConfig config) {
        BlockFormats.of(recipe).check(config);
    }
}
