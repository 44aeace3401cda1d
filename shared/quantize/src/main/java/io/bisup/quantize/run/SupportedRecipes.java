package io.bisup.quantize.run;

import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.Recipe;
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
        switch (recipe.base()) {
            case NONE -> {}
            case ATOM -> throw unsupported("atom", "channel reordering");
            case QUAROT -> throw unsupported("quarot", "Hadamard rotation");
        }
        BlockFormats.of(recipe).check(config);
    }

    private static InvalidSpecException unsupported(String base, String what) {
        return new InvalidSpecException(
                "base",
                "'" + base + "' (" + what + ") is not supported yet",
                "use none, which every other field allows");
    }
}
