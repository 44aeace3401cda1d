package io.bisup.api.job;

import io.bisup.contract.JobState;
import io.bisup.contract.Progress;
import io.bisup.platform.job.JobRecord;
import org.jspecify.annotations.Nullable;

/**
 * Where a job is now.
 *
 * @param state its state
 * @param heartbeatLate whether its worker has not been heard in time: the progress is then old
 * @param attempt number of the current or last attempt
 * @param progress last reported, absent before the first report
 */
public record ProgressView(
        JobState state,
        boolean heartbeatLate,
        int attempt,
        @Nullable Progress progress) {

    static ProgressView of(JobRecord job) {
        return new ProgressView(job.state(), job.heartbeatLate(), job.attempt(), job.progress());
    }
}
