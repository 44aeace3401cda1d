package io.bisup.api.job;

import io.bisup.api.Listing;
import io.bisup.platform.job.EvaluationRecord;
import io.bisup.platform.job.EvaluationStore;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The evaluations that a quantization job asked for. */
@Path(JobResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Quantization jobs")
public class JobEvaluationResource {

    private final TenantJobs own;
    private final EvaluationStore evaluations;

    JobEvaluationResource(TenantJobs own, EvaluationStore evaluations) {
        this.own = own;
        this.evaluations = evaluations;
    }

    @GET
    @Path(JobResource.ID + "/evaluations")
    @Operation(
            summary = "The job's evaluations with progress and every score",
            description = "Their samples are at /v1/evaluation-jobs/{id}/samples.")
    public Listing<EvaluationRecord> evaluations(@PathParam("id") String id) {
        return new Listing<>(evaluations.ofJob(own.get(id).id()));
    }
}
