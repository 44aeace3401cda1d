package io.bisup.api.artifact;

import io.bisup.api.Bodies;
import io.bisup.api.Listing;
import io.bisup.api.access.Callers;
import io.bisup.api.job.ErrorMaps;
import io.bisup.api.job.Ids;
import io.bisup.api.job.Parameters;
import io.bisup.api.preflight.EvaluationPreflight;
import io.bisup.contract.Digests;
import io.bisup.contract.EvaluationJobSpec;
import io.bisup.contract.Json;
import io.bisup.contract.LmEvalReport;
import io.bisup.contract.PropagationResult;
import io.bisup.platform.job.EvaluationJobRecord;
import io.bisup.platform.job.EvaluationJobStore;
import io.bisup.platform.object.ObjectStore;
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
import java.net.URI;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Evaluation jobs: those of quantization jobs, and those of their own. */
@Path(EvaluationResource.PATH)
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Evaluation jobs")
public class EvaluationResource {

    static final String PATH = "/v1/evaluation-jobs";

    private static final String ID = "{id: [^/:]+}";
    private static final int LISTED = 100;
    private static final int PAGE = 100;
    private static final int LARGEST_PAGE = 1_000;

    private final Bodies bodies;
    private final EvaluationPreflight preflight;
    private final EvaluationJobStore jobs;
    private final EvaluationScores scores;
    private final EvaluationSamples samples;
    private final ErrorMaps maps;
    private final Callers callers;

    EvaluationResource(
            Bodies bodies,
            EvaluationPreflight preflight,
            EvaluationJobStore jobs,
            EvaluationScores scores,
            ObjectStore objects,
            ErrorMaps maps,
            Callers callers) {
        this.bodies = bodies;
        this.preflight = preflight;
        this.jobs = jobs;
        this.scores = scores;
        this.samples = new EvaluationSamples(objects);
        this.maps = maps;
        this.callers = callers;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Evaluate a registered model, or an artifact beside its FP model",
            description = "Each evaluation is {dataset, protocol, window} for a perplexity, {dataset, task, limit?, "
                    + "examples?: {dataset, shots}} for a task, zero-shot without examples, {dataset, divergence, window} for the divergence from the FP model or {dataset, "
                    + "propagation, window} for the propagation of its error. The same Idempotency-Key with the same "
                    + "spec answers the same job.")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = EvaluationJobSpec.class)))
    @APIResponseSchema(value = EvaluationJobRecord.class, responseCode = "202", responseDescription = "Accepted")
    @APIResponse(responseCode = "422", description = "The spec cannot run: errors[] names fields, causes and remedies")
    public Response submit(InputStream body, @HeaderParam("Idempotency-Key") @Nullable String key) {
        EvaluationJobSpec spec = bodies.read(body, EvaluationJobSpec.class);
        String idempotencyKey = Parameters.idempotencyKey(key);
        String tenant = callers.tenant();
        EvaluationPreflight.Subject subject = preflight.check(tenant, spec);
        EvaluationJobRecord job = jobs.submit(new EvaluationJobStore.New(
                tenant,
                spec,
                subject.model(),
                subject.artifact(),
                subject.datasets(),
                idempotencyKey,
                Digests.sha256(Json.write(spec))));
        return Response.accepted(job)
                .location(URI.create(PATH + "/" + job.id()))
                .build();
    }

    @GET
    @Operation(summary = "The newest evaluation jobs of their own, newest first")
    public Listing<EvaluationJobRecord> list() {
        return new Listing<>(jobs.newest(callers.tenant(), LISTED));
    }

    @GET
    @Path(ID)
    @Operation(summary = "An evaluation job with its results")
    @APIResponseSchema(EvaluationJobRecord.class)
    public Response get(@PathParam("id") String id) {
        return Response.ok(scores.ofJob(id).<Object>map(e -> e).orElseGet(() -> scores.job(id)))
                .build();
    }

    @POST
    @Path(ID + ":cancel")
    @Operation(
            summary = "End an evaluation job of its own",
            description = "That of a quantization job ends with the job: cancel the job.")
    @APIResponseSchema(value = EvaluationJobRecord.class, responseCode = "202")
    public Response cancel(@PathParam("id") String id) {
        return Response.accepted(jobs.cancel(callers.tenant(), Ids.job(id))).build();
    }

    @GET
    @Path(ID + "/results")
    @Operation(summary = "The tasks' results in the form of lm-evaluation-harness")
    public Map<String, Object> results(@PathParam("id") String id, @QueryParam("baseline") @Nullable String baseline) {
        return LmEvalReport.of(scores.of(id), Parameters.flag("baseline", baseline));
    }

    @GET
    @Path(ID + "/samples")
    @Operation(
            summary = "The documents' scores of one task, a page at a time",
            description = "evaluation is its place in the spec, from 0; baseline=true gives the FP model's.")
    public EvaluationSamples.SamplePage samples(
            @PathParam("id") String id,
            @QueryParam("evaluation") @Nullable String evaluation,
            @QueryParam("baseline") @Nullable String baseline,
            @QueryParam("offset") @Nullable String offset,
            @QueryParam("pageSize") @Nullable String pageSize) {
        return samples.page(
                scores.of(id),
                (int) Parameters.number("evaluation", evaluation, 0, 0, Integer.MAX_VALUE),
                Parameters.flag("baseline", baseline),
                (int) Parameters.number("offset", offset, 0, 0, Integer.MAX_VALUE),
                (int) Parameters.number("pageSize", pageSize, PAGE, 1, LARGEST_PAGE));
    }

    @GET
    @Path(ID + "/error-map")
    @Operation(
            summary = "How the artifact's error grows from block to block and spreads from token to token",
            description = "Of the first evaluation that asked for propagation; scales are the bounds that charts have.")
    public PropagationResult errorMap(@PathParam("id") String id) {
        return maps.of(scores.of(id));
    }
}
