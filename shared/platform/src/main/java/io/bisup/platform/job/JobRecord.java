package io.bisup.platform.job;

import io.bisup.contract.Failure;
import io.bisup.contract.JobState;
import io.bisup.contract.Measurement;
import io.bisup.contract.Progress;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.contract.recipe.Recipe;
import io.bisup.platform.registry.RegisteredDataset;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A job as the database has it now. Times are the database's.
 *
 * @param id UUID of version 7: sorts by submission time
 * @param version grows with every change of the row; good for an ETag
 * @param tenant whose it is
 * @param spec what was posted
 * @param recipe its resolved recipe
 * @param modelDigest digest of the model the job works on
 * @param blocks decoder blocks of that model
 * @param calibration the data set the job calibrates on
 * @param state where it is
 * @param pauseRequested whether a running attempt was asked to pause and has not answered yet
 * @param attempt number of the current or last attempt, 0 before the first
 * @param epoch grows with every claim; fences older attempts
 * @param workerId who holds or last held it, or null
 * @param heartbeatLate whether a running attempt's heartbeat is overdue: progress is then unknown
 * @param progress last reported, or null before the first
 * @param failure why it failed or why the last attempt did, or null
 * @param artifactDigest digest of the published artifact, or null
 * @param artifactBytes its size, or null
 * @param measurements results of its evaluation; empty until then
 * @param origin the job that this one was made from, or null
 * @param lastSequence sequence of its newest event
 * @param notBefore earliest time of the next attempt, or null when at once
 */
public record JobRecord(
        String id,
        long version,
        String tenant,
        QuantizationJobSpec spec,
        Recipe recipe,
        String modelDigest,
        int blocks,
        RegisteredDataset calibration,
        JobState state,
        boolean pauseRequested,
        int attempt,
        long epoch,
        @Nullable String workerId,
        boolean heartbeatLate,
        @Nullable Progress progress,
        @Nullable Failure failure,
        @Nullable String artifactDigest,
        @Nullable Long artifactBytes,
        List<Measurement> measurements,
        @Nullable Origin origin,
        long lastSequence,
        Instant submittedAt,
        Instant updatedAt,
        @Nullable Instant notBefore,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt) {

    public JobRecord {
        measurements = List.copyOf(measurements);
    }
}
