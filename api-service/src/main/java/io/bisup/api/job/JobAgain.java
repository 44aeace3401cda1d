package io.bisup.api.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bisup.api.Bodies;
import io.bisup.api.problem.ProblemException;
import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.platform.job.JobRecord;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.HeaderParam;
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
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Jobs that are made from others. A job that has ended stays as it is: what is done again is another job. */
@Path(JobResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Quantization jobs")
public class JobAgain {

    static final String MERGE_PATCH = "application/merge-patch+json";

    private final Bodies bodies;
    private final Submissions submissions;
    private final TenantJobs own;

    JobAgain(Bodies bodies, Submissions submissions, TenantJobs own) {
        this.bodies = bodies;
        this.submissions = submissions;
        this.own = own;
    }

    @POST
    @Path(JobResource.ID + ":clone")
    @Operation(
            summary = "Submit the job's spec again, with some of its fields changed",
            description =
                    "The body is a JSON Merge Patch of the spec; without one the spec is the same. It is checked as a "
                            + "submission is, and the new job says clonedFrom.")
    @RequestBody(
            content = @Content(mediaType = MERGE_PATCH, schema = @Schema(implementation = QuantizationJobSpec.class)))
    @APIResponseSchema(value = JobView.class, responseCode = "202", responseDescription = "Accepted; poll Location")
    @APIResponse(responseCode = "422", description = "The spec cannot run: errors[] names fields, causes and remedies")
    public Response cloneOf(
            @PathParam("id") String id,
            InputStream body,
            @Parameter(hidden = true) @HeaderParam("Content-Type") @Nullable String type,
            @HeaderParam("Idempotency-Key") @Nullable String key) {
        JobRecord job = own.get(id);
        String once = Parameters.idempotencyKey(key);
        ObjectNode changes = bodies.readPatch(body);
        requireJson(changes, type);
        return JobResponses.accepted(submissions.cloneOf(job, changes, once));
    }

    /** Without a body the type does not matter: clients may send one nevertheless. */
    private static void requireJson(ObjectNode changes, @Nullable String type) {
        boolean json = type != null && (type.startsWith(MERGE_PATCH) || type.startsWith(MediaType.APPLICATION_JSON));
        if (!changes.isEmpty() && !json) {
            throw new ProblemException(ProblemKind.UNSUPPORTED_MEDIA_TYPE, "send the changes as " + MERGE_PATCH);
        }
    }

    @POST
    @Path(JobResource.ID + ":retry")
    @Operation(
            summary = "Try a job again that failed or was cancelled",
            description =
                    "Another job of the same spec that says retryOf. It goes on behind the committed blocks of the"
                            + " first where model, recipe, data, code and kind of machine are the same, and begins anew"
                            + " otherwise: its event CHECKPOINT_DISCARDED names what differs.")
    @APIResponseSchema(value = JobView.class, responseCode = "202", responseDescription = "Accepted; poll Location")
    @APIResponse(responseCode = "409", description = "The job neither failed nor was cancelled")
    public Response retryOf(@PathParam("id") String id, @HeaderParam("Idempotency-Key") @Nullable String key) {
        JobRecord job = own.get(id);
        return JobResponses.accepted(submissions.retryOf(job, Parameters.idempotencyKey(key)));
    }
}
