package io.bisup.api.input;

import io.bisup.api.Bodies;
import io.bisup.api.Listing;
import io.bisup.api.access.Callers;
import io.bisup.platform.registry.ModelRegistry;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Models. */
@Path(ModelResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Inputs")
public class ModelResource {

    static final String PATH = "/v1/models";

    private final Bodies bodies;
    private final ModelRegistration registration;
    private final ModelRegistry registry;
    private final Callers callers;

    ModelResource(Bodies bodies, ModelRegistration registration, ModelRegistry registry, Callers callers) {
        this.bodies = bodies;
        this.registration = registration;
        this.registry = registry;
        this.callers = callers;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Register a model",
            description =
                    "Copies config.json, tokenizer files and safetensors into the object store and digests them. "
                            + "Answers when all is copied. Again with the same bytes is a no-op; a name never changes its bytes.")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = ModelRequest.class)))
    @APIResponseSchema(value = ModelView.class, responseCode = "201")
    @APIResponse(responseCode = "200", description = "The same bytes were registered under this name before")
    @APIResponse(responseCode = "409", description = "The name stands for other bytes")
    public Response register(InputStream body) {
        var registered = registration.register(callers.tenant(), bodies.read(body, ModelRequest.class));
        ModelView view = ModelView.of(registered.model());
        return Names.registered(registered.created(), PATH, view.name(), view);
    }

    @GET
    @Operation(summary = "All models")
    public Listing<ModelView> list() {
        return new Listing<>(
                registry.list(callers.tenant()).stream().map(ModelView::of).toList());
    }

    @GET
    @Path("{name}")
    @Operation(summary = "A model")
    public ModelView get(@PathParam("name") String name) {
        return registry.find(callers.tenant(), Names.known("model", name))
                .map(ModelView::of)
                .orElseThrow(() -> Names.unknown("model", name));
    }
}
