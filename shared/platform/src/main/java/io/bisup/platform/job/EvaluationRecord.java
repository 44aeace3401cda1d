package io.bisup.platform.job;

import io.bisup.contract.EvaluationProgress;
import io.bisup.contract.EvaluationState;
import io.bisup.contract.Failure;
import io.bisup.contract.Measurement;
import io.bisup.contract.Score;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An evaluation job as the database has it now.
 *
 * @param id UUID of version 7
 * @param jobId the quantization job it belongs to
 * @param state where it is
 * @param attempt number of the current or last attempt
 * @param workerId who holds or last held it, or null
 * @param failure why it or its last attempt failed, or null
 * @param measurements the perplexities, once SUCCEEDED
 * @param scores every result, in the order asked for, once SUCCEEDED
 * @param progress last reported, or null
 */
public record EvaluationRecord(
        String id,
        String jobId,
        EvaluationState state,
        int attempt,
        @Nullable String workerId,
        @Nullable Failure failure,
        List<Measurement> measurements,
        List<Score> scores,
        @Nullable EvaluationProgress progress,
        Instant createdAt,
        @Nullable Instant finishedAt) {}
