package io.bisup.api.job;

import io.bisup.platform.job.JobNotFoundException;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.job.QueueContext;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Why a job waits. */
@Path(JobResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Quantization jobs")
public class QueueContextResource {

    private final JobStore jobs;
    private final TenantJobs own;

    QueueContextResource(JobStore jobs, TenantJobs own) {
        this.jobs = jobs;
        this.own = own;
    }

    @GET
    @Path(JobResource.ID + "/queue-context")
    @Operation(summary = "Why the job waits, and how many before it")
    public QueueContext context(@PathParam("id") String id) {
        return jobs.queueContext(own.own(id)).orElseThrow(() -> new JobNotFoundException(id));
    }
}
