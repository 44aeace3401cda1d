package io.bisup.export.format;

import io.bisup.contract.recipe.Recipe;
import io.bisup.export.source.LinearShape;
import io.bisup.llm.config.DecoderConfig;
import java.util.List;

/**
 * What is known of an export before anything is read.
 *
 * @param config the model's shape
 * @param recipe what was done to it
 * @param linears of a block, under the names of the model's family
 */
public record ModelShape(DecoderConfig config, Recipe recipe, List<LinearShape> linears) {

    public ModelShape {
        linears = List.copyOf(linears);
    }
}
