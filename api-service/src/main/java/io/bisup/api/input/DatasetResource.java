package io.bisup.api.input;

import io.bisup.api.Listing;
import io.bisup.api.access.Callers;
import io.bisup.platform.registry.DatasetRegistry;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Data sets. */
@Path(DatasetResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Inputs")
public class DatasetResource {

    static final String PATH = "/v1/datasets";

    private final DatasetRegistration registration;
    private final DatasetRegistry registry;
    private final Callers callers;

    DatasetResource(DatasetRegistration registration, DatasetRegistry registry, Callers callers) {
        this.registration = registration;
        this.registry = registry;
        this.callers = callers;
    }

    @PUT
    @Path("{name}")
    @Consumes(MediaType.WILDCARD)
    @Operation(
            summary = "Register a data set",
            description = "The body is UTF-8 text as it is (text/plain), one JSON object with a string \"text\" a line "
                    + "(application/jsonl) or Parquet with a column \"text\" (application/vnd.apache.parquet). "
                    + "?format=wikitext reads the lines of a text as WikiText rows; ?task=NAME takes rows with the fields "
                    + "of a zero-shot task instead of documents. What is in it, text, documents or rows of a task, is kept "
                    + "as its schema: evaluations and calibration that need another are refused. Again with the same bytes "
                    + "and schema is a no-op; a name never changes what it stands for.")
    @APIResponseSchema(value = DatasetView.class, responseCode = "201")
    @APIResponse(responseCode = "200", description = "The same was registered under this name before")
    @APIResponse(
            responseCode = "409",
            description = "The name stands for other bytes, another format or another schema")
    public Response register(
            @PathParam("name") String name,
            @HeaderParam("Content-Type") @Nullable String contentType,
            @QueryParam("format") @Nullable String format,
            @QueryParam("task") @Nullable String task,
            InputStream body) {
        var registered = registration.register(
                callers.tenant(), name, DatasetFormats.of(contentType, format), DatasetFormats.task(task), body);
        DatasetView view = DatasetView.of(registered.dataset());
        return Names.registered(registered.created(), PATH, view.name(), view);
    }

    @GET
    @Operation(summary = "All data sets")
    public Listing<DatasetView> list() {
        return new Listing<>(
                registry.list(callers.tenant()).stream().map(DatasetView::of).toList());
    }

    @GET
    @Path("{name}")
    @Operation(summary = "A data set")
    public DatasetView get(@PathParam("name") String name) {
        return registry.find(callers.tenant(), Names.known("data set", name))
                .map(DatasetView::of)
                .orElseThrow(() -> Names.unknown("data set", name));
    }
}
