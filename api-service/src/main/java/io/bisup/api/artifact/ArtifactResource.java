package io.bisup.api.artifact;

import io.bisup.api.ApiConfig;
import io.bisup.api.Bodies;
import io.bisup.api.job.TenantJobs;
import io.bisup.api.problem.ProblemException;
import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.ObjectEntry;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.object.ObjectStore;
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
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Artifacts: an artifact's id is its job's. Bytes never pass through this service. */
@Path("/v1/artifacts")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Artifacts")
public class ArtifactResource {

    private static final String ID = "{id: [^/:]+}";

    private final Bodies bodies;
    private final JobStore jobs;
    private final TenantJobs own;
    private final ObjectStore objects;
    private final ApiConfig config;
    private final Clock clock;

    ArtifactResource(Bodies bodies, JobStore jobs, TenantJobs own, ObjectStore objects, ApiConfig config, Clock clock) {
        this.bodies = bodies;
        this.jobs = jobs;
        this.own = own;
        this.objects = objects;
        this.config = config;
        this.clock = clock;
    }

    /**
     * Which file is wanted.
     *
     * @param file name of a file of the artifact
     */
    public record DownloadRequest(@Nullable String file) {}

    /**
     * Where a file can be read without credentials for a while.
     *
     * @param url secret: who knows it can read the file
     * @param expiresAt until when
     * @param bytes size of the file
     * @param sha256 its digest, to be compared after the download
     */
    public record Download(URI url, Instant expiresAt, long bytes, String sha256) {}

    @GET
    @Path(ID)
    @Operation(summary = "The manifest of an artifact: its files with their digests")
    public ArtifactManifest manifest(@PathParam("id") String id) {
        return jobs.artifact(own.own(id))
                .orElseThrow(() -> new ProblemException(
                        ProblemKind.NOT_FOUND, "there is no artifact " + id + "; a job has one once it is published"));
    }

    @POST
    @Path(ID + ":download-url")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "A URL that downloads one file for some minutes")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = DownloadRequest.class)))
    public Download downloadUrl(@PathParam("id") String id, InputStream body) {
        ObjectEntry entry =
                entry(manifest(id), bodies.read(body, DownloadRequest.class).file());
        Instant expiresAt = clock.instant().plus(config.downloadUrlValidity());
        URI url = objects.presign(entry, config.downloadUrlValidity());
        return new Download(url, expiresAt, entry.bytes(), entry.sha256());
    }

    @GET
    @Path(ID + "/files/{file}")
    @Operation(summary = "Redirects to a download of one file, for curl -L")
    @APIResponse(responseCode = "307", description = "Location is where the file can be read for some minutes")
    public Response download(@PathParam("id") String id, @PathParam("file") String file) {
        ObjectEntry entry = entry(manifest(id), file);
        return Response.temporaryRedirect(objects.presign(entry, config.downloadUrlValidity()))
                .header("Cache-Control", "no-store")
                .build();
    }

    private static ObjectEntry entry(ArtifactManifest manifest, @Nullable String file) {
        return manifest.files().stream()
                .filter(f -> f.name().equals(file))
                .findFirst()
                .orElseThrow(() -> new ProblemException(
                        ProblemKind.NOT_FOUND, "the artifact has no such file; its manifest lists those it has"));
    }
}
