package io.bisup.api.input;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.bisup.api.Listing;
import io.bisup.api.job.RecipeCode;
import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.Presets;
import io.bisup.contract.recipe.About;
import io.bisup.contract.recipe.Preset;
import io.bisup.contract.recipe.Recipe;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
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
     */
    public record RecipeView(@JsonUnwrapped Recipe recipe, About about, String code) {
        static RecipeView of(Preset preset) {
            return new RecipeView(preset.recipe(), preset.about(), RecipeCode.of(preset.recipe()));
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
