package io.bisup.api.artifact;

import io.bisup.api.Bodies;
import io.bisup.api.access.Callers;
import io.bisup.api.job.Parameters;
import io.bisup.api.preflight.ExportChecks;
import io.bisup.api.problem.ProblemException;
import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.Check;
import io.bisup.contract.ExportFormat;
import io.bisup.platform.job.ExportRecord;
import io.bisup.platform.job.ExportStore;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.net.URI;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Artifacts in the formats of other programs: those that jobs asked for, and those asked for later. */
@Path(ArtifactResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Artifacts")
public class ExportResource {

    private static final String EXPORTS = ArtifactResource.ID + "/exports";
    private static final String EXPORT = EXPORTS + "/{export: [^/:]+}";
    private static final int RETRY_AFTER_SECONDS = 2;

    private final Bodies bodies;
    private final ExportChecks checks;
    private final ExportStore exports;
    private final TenantArtifacts own;
    private final Downloads downloads;
    private final Callers callers;

    ExportResource(
            Bodies bodies,
            ExportChecks checks,
            ExportStore exports,
            TenantArtifacts own,
            Downloads downloads,
            Callers callers) {
        this.bodies = bodies;
        this.checks = checks;
        this.exports = exports;
        this.own = own;
        this.downloads = downloads;
        this.callers = callers;
    }

    /**
     * What is asked for.
     *
     * @param format in which format
     */
    public record ExportRequest(ExportFormat format) {
        public ExportRequest {
            Check.present(format, "format");
        }
    }

    @POST
    @Path(EXPORTS)
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Export an artifact in the format of another program",
            description =
                    "An artifact has one export of a format: asking again answers it, whatever the key, until it has "
                            + "failed or was cancelled. An export that was answered 202 is never lost.")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = ExportRequest.class)))
    @APIResponseSchema(value = ExportView.class, responseCode = "202", responseDescription = "Accepted; poll Location")
    @APIResponse(
            responseCode = "422",
            description = "The format cannot say what the recipe makes: errors[] names causes and remedies")
    public Response submit(
            @PathParam("id") String id, InputStream body, @HeaderParam("Idempotency-Key") @Nullable String key) {
        ArtifactManifest artifact = own.get(id);
        ExportFormat format = bodies.read(body, ExportRequest.class).format();
        String idempotencyKey = Parameters.idempotencyKey(key);
        checks.require(format, artifact.recipe(), own.model(artifact), "/format");
        ExportStore.Submitted submitted =
                exports.submit(new ExportStore.New(callers.tenant(), artifact.jobId(), format, idempotencyKey));
        ExportRecord export = submitted.export();
        return withRetryAfter(Response.accepted(ExportView.of(export)), export)
                .location(URI.create(ArtifactResource.PATH + "/" + artifact.jobId() + "/exports/" + export.id()))
                .header("Idempotent-Replayed", !submitted.created())
                .build();
    }

    @GET
    @Path(EXPORTS)
    @Operation(summary = "The exports of an artifact, and the formats in which it can be exported")
    public ExportsView list(@PathParam("id") String id) {
        ArtifactManifest artifact = own.get(id);
        return new ExportsView(
                exports.ofArtifact(artifact.jobId()).stream()
                        .map(ExportView::of)
                        .toList(),
                checks.serving(artifact.recipe(), own.model(artifact)));
    }

    @GET
    @Path(EXPORT)
    @Operation(summary = "An export by its id, or the newest of a format by the format's name")
    @APIResponseSchema(ExportView.class)
    public Response get(@PathParam("id") String id, @PathParam("export") String export) {
        ExportRecord found = find(id, export);
        return withRetryAfter(Response.ok(ExportView.of(found)), found).build();
    }

    @POST
    @Path(EXPORT + ":cancel")
    @Operation(summary = "End an export; one that has ended stays as it is")
    @APIResponseSchema(value = ExportView.class, responseCode = "202")
    public Response cancel(@PathParam("id") String id, @PathParam("export") String export) {
        ExportRecord found = find(id, export);
        return Response.accepted(ExportView.of(exports.cancel(found.artifact(), found.id())))
                .build();
    }

    @POST
    @Path(EXPORT + ":download-url")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "A URL that downloads one file of an export for some minutes")
    @RequestBody(
            required = true,
            content = @Content(schema = @Schema(implementation = Downloads.DownloadRequest.class)))
    public Downloads.Download downloadUrl(
            @PathParam("id") String id, @PathParam("export") String export, InputStream body) {
        ExportRecord found = find(id, export);
        String file = bodies.read(body, Downloads.DownloadRequest.class).file();
        return downloads.of(TenantArtifacts.file(found.files(), "export", file));
    }

    @GET
    @Path(EXPORT + "/files/{file: .+}")
    @Operation(summary = "Redirects to a download of one file of an export, for curl -L")
    @APIResponse(responseCode = "307", description = "Location is where the file can be read for some minutes")
    public Response download(
            @PathParam("id") String id, @PathParam("export") String export, @PathParam("file") String file) {
        return downloads.redirect(TenantArtifacts.file(find(id, export).files(), "export", file));
    }

    private ExportRecord find(String id, String export) {
        ArtifactManifest artifact = own.get(id);
        return exports.ofArtifact(artifact.jobId()).stream()
                .filter(e -> e.id().equals(export) || e.format().wireName().equals(export))
                .reduce((older, newer) -> newer)
                .orElseThrow(() -> new ProblemException(
                        ProblemKind.NOT_FOUND,
                        "the artifact has no such export; ask for it with POST " + ArtifactResource.PATH + "/"
                                + artifact.jobId() + "/exports"));
    }

    private static Response.ResponseBuilder withRetryAfter(Response.ResponseBuilder response, ExportRecord export) {
        return export.state().terminal() ? response : response.header("Retry-After", RETRY_AFTER_SECONDS);
    }
}
