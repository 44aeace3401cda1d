package io.bisup.api.job;

import io.bisup.api.Listing;
import io.bisup.contract.PropagationResult;
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
    private final ErrorMaps maps;

    JobEvaluationResource(TenantJobs own, EvaluationStore evaluations, ErrorMaps maps) {
        this.own = own;
        this.maps = maps;
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

    @GET
    @Path(JobResource.ID + "/error-map")
    @Operation(
            summary = "How the artifact's error grows from block to block and spreads from token to token",
            description = "Of the first evaluation that asked for propagation; scales are the bounds that charts have.")
    public PropagationResult errorMap(@PathParam("id") String id) {
        return maps.of(evaluations.ofJob(own.get(id).id()).stream()
                .flatMap(evaluation -> evaluation.scores().stream())
                .toList());
    }
}
