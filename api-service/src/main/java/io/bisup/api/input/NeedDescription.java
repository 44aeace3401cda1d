package io.bisup.api.input;

import io.bisup.contract.Json;
import io.bisup.contract.recipe.Need;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.Arrays;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.media.Schema;

/** Describes what a recipe needs by the words that documents have, which the scanner cannot know. */
@OpenApiFilter(OpenApiFilter.RunStage.BUILD)
public final class NeedDescription implements OASFilter {

    @Override
    public void filterOpenAPI(OpenAPI api) {
        Schema need = api.getComponents().getSchemas().get(Need.class.getSimpleName());
        if (need == null) {
            throw new IllegalStateException("the description of " + Need.class + " has gone");
        }
        need.setEnumeration(Arrays.stream(Need.values())
                .<Object>map(each -> Json.mapper().valueToTree(each).asText())
                .toList());
    }
}
