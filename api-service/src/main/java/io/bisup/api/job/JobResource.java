package io.bisup.api.job;

import io.bisup.api.Bodies;
import io.bisup.api.access.Callers;
import io.bisup.contract.BlockReport;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.platform.job.Attempt;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.JobStore;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Quantization jobs: submit, look, wait. */
@Path(JobResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Quantization jobs")
public class JobResource {

    public static final String PATH = "/v1/quantization-jobs";
    static final String ID = "{id: [^/:]+}";

    private final Bodies bodies;
    private final Submissions submissions;
    private final JobStore jobs;
    private final JobWaiter waiter;
    private final TenantJobs own;
    private final Callers callers;

    JobResource(
            Bodies bodies, Submissions submissions, JobStore jobs, JobWaiter waiter, TenantJobs own, Callers callers) {
        this.bodies = bodies;
        this.submissions = submissions;
        this.jobs = jobs;
        this.waiter = waiter;
        this.own = own;
        this.callers = callers;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Submit a job",
            description =
                    "The spec is checked against the model's config.json and tensor headers before it is accepted; a"
                            + " job that was answered 202 is never lost. The same key with the same spec answers the same"
                            + " job.")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = QuantizationJobSpec.class)))
    @APIResponseSchema(value = JobView.class, responseCode = "202", responseDescription = "Accepted; poll Location")
    @APIResponse(responseCode = "200", description = "validateOnly: the spec would be accepted")
    @APIResponse(responseCode = "422", description = "The spec cannot run: errors[] names fields, causes and remedies")
    public Response submit(
            InputStream body,
            @HeaderParam("Idempotency-Key") @Nullable String key,
            @QueryParam("validateOnly") @Nullable String validateOnly) {
        QuantizationJobSpec spec = bodies.read(body, QuantizationJobSpec.class);
        if (Parameters.flag("validateOnly", validateOnly)) {
            return Response.ok(submissions.validate(spec)).build();
        }
        return JobResponses.accepted(submissions.submit(spec, Parameters.idempotencyKey(key)));
    }

    @GET
    @Operation(summary = "List jobs, newest first")
    @APIResponseSchema(JobPage.class)
    @APIResponse(responseCode = "304", description = "It is as If-None-Match says")
    public Response list(
            @QueryParam("state") List<String> states,
            @QueryParam("model") @Nullable String model,
            @QueryParam("label") List<String> labels,
            @QueryParam("createdAfter") @Nullable String createdAfter,
            @QueryParam("pageToken") @Nullable String pageToken,
            @QueryParam("pageSize") @Nullable String pageSize,
            @HeaderParam("If-None-Match") @Nullable String known) {
        var query = JobQueries.of(callers.tenant(), states, model, labels, createdAfter, pageToken, pageSize);
        return JobResponses.conditional(JobPage.of(JobQueries.list(jobs, query)), known);
    }

    @GET
    @Path(ID)
    @Operation(
            summary = "A job",
            description = "With wait=SECONDS the answer comes when the job differs from If-None-Match, or from now.")
    @APIResponseSchema(JobView.class)
    @APIResponse(responseCode = "304", description = "It is as If-None-Match says")
    public Response get(
            @PathParam("id") String id,
            @QueryParam("wait") @Nullable String wait,
            @HeaderParam("If-None-Match") @Nullable String known) {
        JobRecord job = waiter.await(find(id), known, Parameters.seconds("wait", wait));
        if (JobResponses.matches(known, JobResponses.tag(job))) {
            return JobResponses.withRetryAfter(Response.notModified(JobResponses.tag(job)), job)
                    .build();
        }
        return JobResponses.withRetryAfter(Response.ok(JobView.of(job)).tag(JobResponses.tag(job)), job)
                .build();
    }

    @GET
    @Path(ID + "/progress")
    @Operation(summary = "Where the job is now")
    @APIResponseSchema(ProgressView.class)
    public Response progress(@PathParam("id") String id) {
        JobRecord job = find(id);
        return JobResponses.withRetryAfter(Response.ok(ProgressView.of(job)), job)
                .build();
    }

    @GET
    @Path(ID + "/blocks")
    @Operation(summary = "What happened to each committed block")
    public List<BlockReport> blocks(@PathParam("id") String id) {
        return jobs.blocks(find(id).id());
    }

    @GET
    @Path(ID + "/attempts")
    @Operation(summary = "The tries at the job, in order")
    public List<Attempt> attempts(@PathParam("id") String id) {
        return jobs.attempts(find(id).id());
    }

    @GET
    @Path(ID + "/results")
    @Operation(summary = "Its perplexities beside the FP model's, each with its protocol")
    @APIResponseSchema(ResultsView.class)
    public Response results(@PathParam("id") String id) {
        JobRecord job = find(id);
        return JobResponses.withRetryAfter(Response.ok(ResultsView.of(job)), job)
                .build();
    }

    private JobRecord find(String id) {
        return own.get(id);
    }
}
