package io.bisup.api.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bisup.api.Bodies;
import io.bisup.api.problem.ProblemException;
import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.MergePatch;
import io.bisup.contract.Priority;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.JobStore;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What of a job can be changed while it waits. */
@Path(JobResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Quantization jobs")
public class JobChanges {

    private static final Set<String> FIELDS = Set.of("priority", "labels");

    private final Bodies bodies;
    private final JobStore jobs;
    private final TenantJobs own;

    JobChanges(Bodies bodies, JobStore jobs, TenantJobs own) {
        this.bodies = bodies;
        this.jobs = jobs;
        this.own = own;
    }

    /**
     * The fields of a spec that do not change what is computed.
     *
     * @param priority null makes it normal
     * @param labels merged with those there are; null takes one away
     */
    public record Changes(
            @Nullable Priority priority, @Nullable Map<String, String> labels) {}

    @PATCH
    @Path(JobResource.ID)
    @Consumes({JobAgain.MERGE_PATCH, MediaType.APPLICATION_JSON})
    @Operation(
            summary = "Give a job that waits another priority or other labels",
            description =
                    "A JSON Merge Patch of priority and labels, while the job is QUEUED or PAUSED. If-Match is the"
                            + " ETag of the job that was read: nobody changes what another has changed meanwhile.")
    @RequestBody(
            required = true,
            content = @Content(mediaType = JobAgain.MERGE_PATCH, schema = @Schema(implementation = Changes.class)))
    @APIResponseSchema(JobView.class)
    @APIResponse(responseCode = "409", description = "A worker has the job, or it has ended")
    @APIResponse(responseCode = "412", description = "The job has changed since it was read")
    @APIResponse(responseCode = "428", description = "If-Match is missing")
    public Response change(
            @PathParam("id") String id, InputStream body, @HeaderParam("If-Match") @Nullable String seen) {
        JobRecord job = own.get(id);
        requireSeen(job, seen);
        QuantizationJobSpec spec = changed(job.spec(), bodies.readPatch(body));
        JobRecord changed = jobs.change(job.id(), job.version(), spec);
        return JobResponses.withRetryAfter(Response.ok(JobView.of(changed)).tag(JobResponses.tag(changed)), changed)
                .build();
    }

    private static void requireSeen(JobRecord job, @Nullable String seen) {
        if (seen == null || seen.isBlank()) {
            throw new ProblemException(
                    ProblemKind.MISSING_IF_MATCH, "send the header If-Match with the ETag of the job as you read it");
        }
        if (!JobResponses.matches(seen, JobResponses.tag(job))) {
            throw new ProblemException(
                    ProblemKind.STALE_VERSION, "the job is not as If-Match says; read it again and decide anew");
        }
    }

    private static QuantizationJobSpec changed(QuantizationJobSpec spec, ObjectNode changes) {
        changes.fieldNames().forEachRemaining(field -> {
            if (!FIELDS.contains(field)) {
                throw new InvalidSpecException(
                        field,
                        "cannot be changed",
                        "change priority or labels, or clone the job: POST " + JobResource.PATH + "/{id}:clone");
            }
        });
        return MergePatch.apply(spec, changes, QuantizationJobSpec.class);
    }
}
