package io.bisup.api.artifact;

import io.bisup.api.artifact.ComparisonView.Subject;
import io.bisup.api.job.Parameters;
import io.bisup.api.problem.ProblemException;
import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.Score;
import io.bisup.platform.object.ObjectStore;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Evaluations beside one another. */
@Path("/v1/comparisons")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Evaluation jobs")
public class ComparisonResource {

    private static final int LARGEST = 32;

    private final EvaluationScores scores;
    private final EvaluationSamples samples;

    ComparisonResource(EvaluationScores scores, ObjectStore objects) {
        this.scores = scores;
        this.samples = new EvaluationSamples(objects);
    }

    @GET
    @Operation(
            summary = "Any number of subjects beside the first",
            description =
                    "Each subject is the id of an evaluation or of a quantization job; baseline=true compares all "
                            + "of them with the first one's FP model. Tasks are compared document by document, with the "
                            + "standard error of the pairs; perplexities by their ratio, window by window. Those that cannot be compared are "
                            + "listed with the reason; divergences and error maps are no part of it.")
    @APIResponseSchema(ComparisonView.class)
    @APIResponse(responseCode = "404", description = "The caller's tenant has no such subject, or it has no scores yet")
    public ComparisonView compare(
            @QueryParam("subject") List<String> ids, @QueryParam("baseline") @Nullable String baseline) {
        boolean exact = Parameters.flag("baseline", baseline);
        if (ids.isEmpty() || ids.size() > LARGEST || (ids.size() == 1 && !exact)) {
            throw Parameters.invalid(
                    "subject",
                    "2 to " + LARGEST
                            + " of them, each the id of an evaluation or a job; one is enough with baseline=true");
        }
        List<Subject> subjects = new ArrayList<>();
        if (exact) {
            subjects.add(new Subject(ids.getFirst(), true));
        }
        ids.forEach(id -> subjects.add(new Subject(id, false)));
        return Comparisons.of(subjects, subjects.stream().map(this::measured).toList(), samples);
    }

    private List<Score> measured(Subject subject) {
        List<Score> found = scores.ofEvaluationOrJob(subject.id());
        if (found.isEmpty()) {
            throw new ProblemException(
                    ProblemKind.NOT_FOUND,
                    subject.id() + " has no scores; they are there once its evaluation has succeeded");
        }
        return found;
    }
}
