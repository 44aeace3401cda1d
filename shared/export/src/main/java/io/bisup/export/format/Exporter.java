package io.bisup.export.format;

import java.io.IOException;
import java.util.List;

/** One format. It decides nothing about recipes: that is {@link io.bisup.contract.recipe.Portability}'s matter. */
public interface Exporter {

    /**
     * What the format cannot say of a model's shapes, although it can say the recipe; empty when it can.
     *
     * @param model the model and its linears, alike in every block
     */
    List<Refusal> refusals(ModelShape model);

    /**
     * Writes every file of the export into an empty folder. The recipe and the shapes were accepted before.
     *
     * @throws IOException when a file cannot be written; what was written is thrown away by the caller
     */
    void write(ExportWork work) throws IOException;
}
