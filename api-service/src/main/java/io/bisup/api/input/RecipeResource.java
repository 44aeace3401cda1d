package io.bisup.api.input;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.bisup.api.Listing;
import io.bisup.api.job.RecipeCode;
import io.bisup.api.preflight.ExportChecks;
import io.bisup.api.preflight.ServedAs;
import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.Presets;
import io.bisup.contract.recipe.About;
import io.bisup.contract.recipe.Need;
import io.bisup.contract.recipe.Preset;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.StoredBits;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The recipes that the service ships. */
@Path("/v1/recipes")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Inputs")
public class RecipeResource {

    private final Presets presets;

    RecipeResource(Presets presets) {
        this.presets = presets;
    }

    /**
     * A recipe.
     *
     * @param recipe whole
     * @param about what it is for, where it comes from and what to expect
     * @param code its bits and group in one word
     * @param bitsPerWeight bits that an artifact stores for each weight of a linear of 4096 by 4096, all told
     * @param needs what it needs beside the model
     * @param serving each format: whether an artifact can be exported so as far as the recipe goes, who reads it, and why it
     *     cannot
     */
    public record RecipeView(
            @JsonUnwrapped Recipe recipe,
            About about,
            String code,
            double bitsPerWeight,
            Set<Need> needs,
            List<ServedAs> serving) {

        /** Width of the linear that {@code bitsPerWeight} is told for: the hidden size of a model of 7 billion. */
        private static final int WIDTH = 4096;

        static RecipeView of(Preset preset) {
            Recipe recipe = preset.recipe();
            return new RecipeView(
                    recipe,
                    preset.about(),
                    RecipeCode.of(recipe),
                    Math.round(StoredBits.perWeight(recipe, WIDTH, WIDTH) * 1000) / 1000.0,
                    Need.of(recipe),
                    ExportChecks.serving(recipe));
        }
    }

    @GET
    @Operation(summary = "All recipes")
    public Listing<RecipeView> list() {
        return new Listing<>(presets.all().stream().map(RecipeView::of).toList());
    }

    @GET
    @Path("{name}")
    @Operation(summary = "A recipe")
    public RecipeView get(@PathParam("name") String name) {
        try {
            return RecipeView.of(presets.preset(name));
        } catch (InvalidSpecException e) {
            throw Names.unknown("recipe", name);
        }
    }
}
