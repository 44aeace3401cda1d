package io.bisup.api.job;

import io.bisup.contract.Failure;
import io.bisup.contract.JobState;
import io.bisup.contract.QualityGate;
import io.bisup.platform.job.JobRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a job's evaluation found.
 *
 * @param state of the job; results are there once its evaluation is
 * @param results one per evaluation of the spec, in its order; empty until measured
 * @param qualityGate what they had to reach
 * @param failure why the job failed
 * @param artifactBytes size of what was measured
 */
public record ResultsView(
        JobState state,
        List<Result> results,
        @Nullable QualityGate qualityGate,
        @Nullable Failure failure,
        @Nullable Long artifactBytes) {

    static ResultsView of(JobRecord job) {
        return new ResultsView(
                job.state(),
                Result.of(job.measurements()),
                job.spec().qualityGate(),
                job.failure(),
                job.artifactBytes());
    }
}
