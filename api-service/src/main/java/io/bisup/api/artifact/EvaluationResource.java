package io.bisup.api.artifact;

import io.bisup.api.job.Ids;
import io.bisup.api.job.TenantJobs;
import io.bisup.platform.job.EvaluationRecord;
import io.bisup.platform.job.EvaluationStore;
import io.bisup.platform.job.JobNotFoundException;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Evaluation jobs, which have a life of their own. */
@Path("/v1/evaluation-jobs")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Evaluation jobs")
public class EvaluationResource {

    private final EvaluationStore evaluations;
    private final TenantJobs own;

    EvaluationResource(EvaluationStore evaluations, TenantJobs own) {
        this.own = own;
        this.evaluations = evaluations;
    }

    @GET
    @Path("{id}")
    @Operation(summary = "An evaluation job with its results")
    public EvaluationRecord get(@PathParam("id") String id) {
        EvaluationRecord evaluation = evaluations.find(Ids.job(id)).orElseThrow(() -> new JobNotFoundException(id));
        own.own(evaluation.jobId());
        return evaluation;
    }
}
