package io.bisup.api.job;

import io.bisup.contract.Failure;
import io.bisup.contract.JobState;
import io.bisup.contract.Priority;
import io.bisup.contract.Progress;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.Origin;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job in a list: no series, no texts of the submitter's but its labels.
 *
 * @param id UUID of version 7
 * @param state where it is
 * @param heartbeatLate whether its worker has not been heard in time: progress is then unknown
 * @param pauseRequested whether it was asked to pause and has not answered yet
 * @param model name of the source model
 * @param recipe name of the recipe
 * @param code bits and group, such as W3A3KV3-g128
 * @param priority which of the tenant's own jobs start first
 * @param labels the submitter's
 * @param attempt number of the current or last attempt, 0 before the first
 * @param blocks decoder blocks of the model
 * @param progress last reported, absent before the first report
 * @param measurements perplexities beside the FP model's, empty until measured
 * @param artifactBytes size of the artifact, absent until published
 * @param failure why it or its last attempt failed
 * @param workerId who holds or last held it
 * @param clonedFrom the job whose spec it has, absent unless it was made as a clone
 * @param retryOf the job that it tries again, absent unless it was made as a retry
 */
public record JobSummary(
        String id,
        JobState state,
        boolean heartbeatLate,
        boolean pauseRequested,
        String model,
        String recipe,
        String code,
        Priority priority,
        Map<String, String> labels,
        int attempt,
        int blocks,
        @Nullable Progress progress,
        List<Result> measurements,
        @Nullable Long artifactBytes,
        @Nullable Failure failure,
        Instant submittedAt,
        Instant updatedAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable String workerId,
        @Nullable String clonedFrom,
        @Nullable String retryOf) {

    static JobSummary of(JobRecord job) {
        return new JobSummary(
                job.id(),
                job.state(),
                job.heartbeatLate(),
                job.pauseRequested(),
                job.spec().model(),
                job.recipe().name(),
                RecipeCode.of(job.recipe()),
                job.spec().priority(),
                job.spec().labels(),
                job.attempt(),
                job.blocks(),
                job.progress(),
                Result.of(job.measurements()),
                job.artifactBytes(),
                job.failure(),
                job.submittedAt(),
                job.updatedAt(),
                job.startedAt(),
                job.finishedAt(),
                job.workerId(),
                madeBy(job, Origin.Kind.CLONE),
                madeBy(job, Origin.Kind.RETRY));
    }

    private static @Nullable String madeBy(JobRecord job, Origin.Kind kind) {
        Origin origin = job.origin();
        return origin != null && origin.kind() == kind ? origin.jobId() : null;
    }
}
