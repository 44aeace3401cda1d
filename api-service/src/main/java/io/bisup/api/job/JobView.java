package io.bisup.api.job;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.contract.recipe.Recipe;
import io.bisup.platform.job.JobRecord;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job.
 *
 * @param summary what a list shows as well
 * @param spec what was posted
 * @param resolvedRecipe the whole recipe, looked up and with the job's own calibration
 * @param modelDigest digest of the model the job works on
 * @param calibrationSha256 digest of the calibration data
 * @param conditions its aspects for machines
 * @param artifactDigest digest of the artifact, absent until published
 * @param notBefore earliest time of the next attempt
 * @param lastSequence sequence of its newest event
 * @param links where its parts are
 */
public record JobView(
        @JsonUnwrapped JobSummary summary,
        QuantizationJobSpec spec,
        Recipe resolvedRecipe,
        String modelDigest,
        String calibrationSha256,
        List<Condition> conditions,
        @Nullable String artifactDigest,
        @Nullable Instant notBefore,
        long lastSequence,
        Map<String, String> links) {

    static JobView of(JobRecord job) {
        return new JobView(
                JobSummary.of(job),
                job.spec(),
                job.recipe(),
                job.modelDigest(),
                job.calibration().sha256(),
                Condition.of(job),
                job.artifactDigest(),
                job.notBefore(),
                job.lastSequence(),
                links(job));
    }

    private static Map<String, String> links(JobRecord job) {
        String self = JobResource.PATH + "/" + job.id();
        Map<String, String> links = new java.util.TreeMap<>(Map.of(
                "self", self,
                "progress", self + "/progress",
                "blocks", self + "/blocks",
                "results", self + "/results",
                "events", self + "/events"));
        if (job.artifactDigest() != null) {
            links.put("artifact", "/v1/artifacts/" + job.id());
            links.put("exports", "/v1/artifacts/" + job.id() + "/exports");
        }
        return links;
    }
}
