package io.bisup.api.job;

import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.JobStore;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What people may ask of a job. Asking twice is fine; asking the impossible is a 409. */
@Path(JobResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Quantization jobs")
@APIResponse(responseCode = "409", description = "The job's state forbids it")
public class JobCommands {

    private final JobStore jobs;
    private final TenantJobs own;

    JobCommands(JobStore jobs, TenantJobs own) {
        this.jobs = jobs;
        this.own = own;
    }

    @POST
    @Path(JobResource.ID + ":cancel")
    @Operation(summary = "Ask for the job's end")
    @APIResponseSchema(value = JobView.class, responseCode = "202")
    public Response cancel(@PathParam("id") String id) {
        return accepted(jobs.requestCancel(own.own(id)));
    }

    @POST
    @Path(JobResource.ID + ":pause")
    @Operation(summary = "Ask the job to stop after its current block")
    @APIResponseSchema(value = JobView.class, responseCode = "202")
    public Response pause(@PathParam("id") String id) {
        return accepted(jobs.requestPause(own.own(id)));
    }

    @POST
    @Path(JobResource.ID + ":resume")
    @Operation(summary = "Queue a paused job again; it goes on at its next block")
    @APIResponseSchema(value = JobView.class, responseCode = "202")
    public Response resume(@PathParam("id") String id) {
        return accepted(jobs.resume(own.own(id)));
    }

    private static Response accepted(JobRecord job) {
        return JobResponses.withRetryAfter(Response.accepted(JobView.of(job)), job)
                .tag(JobResponses.tag(job))
                .build();
    }
}
