package io.bisup.api.artifact;

import io.bisup.api.Bodies;
import io.bisup.contract.ArtifactManifest;
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
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Artifacts: an artifact's id is its job's. Bytes never pass through this service. */
@Path(ArtifactResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Artifacts")
public class ArtifactResource {

    static final String PATH = "/v1/artifacts";
    static final String ID = "{id: [^/:]+}";

    private final Bodies bodies;
    private final TenantArtifacts own;
    private final Downloads downloads;

    ArtifactResource(Bodies bodies, TenantArtifacts own, Downloads downloads) {
        this.bodies = bodies;
        this.own = own;
        this.downloads = downloads;
    }

    @GET
    @Path(ID)
    @Operation(summary = "The manifest of an artifact: its files with their digests")
    public ArtifactManifest manifest(@PathParam("id") String id) {
        return own.get(id);
    }

    @POST
    @Path(ID + ":download-url")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "A URL that downloads one file for some minutes")
    @RequestBody(
            required = true,
            content = @Content(schema = @Schema(implementation = Downloads.DownloadRequest.class)))
    public Downloads.Download downloadUrl(@PathParam("id") String id, InputStream body) {
        ArtifactManifest manifest = own.get(id);
        String file = bodies.read(body, Downloads.DownloadRequest.class).file();
        return downloads.of(TenantArtifacts.file(manifest.files(), "artifact", file));
    }

    @GET
    @Path(ID + "/files/{file}")
    @Operation(summary = "Redirects to a download of one file, for curl -L")
    @APIResponse(responseCode = "307", description = "Location is where the file can be read for some minutes")
    public Response download(@PathParam("id") String id, @PathParam("file") String file) {
        return downloads.redirect(TenantArtifacts.file(own.get(id).files(), "artifact", file));
    }
}
