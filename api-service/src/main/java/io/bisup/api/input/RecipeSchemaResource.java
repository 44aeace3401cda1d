package io.bisup.api.input;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bisup.contract.recipe.RecipeSchema;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The language of recipes, for programs. */
@Path("/v1/recipe-schema")
@Tag(name = "Inputs")
public class RecipeSchemaResource {

    private static final String TYPE = "application/schema+json";

    @GET
    @Produces(TYPE)
    @Operation(summary = "JSON Schema (2020-12) of a recipe document")
    @APIResponse(
            responseCode = "200",
            content = @Content(mediaType = TYPE, schema = @Schema(implementation = Object.class)))
    public ObjectNode get() {
        return RecipeSchema.document();
    }
}
