package io.bisup.platform.job;

import io.bisup.contract.EvaluationJobSpec;
import io.bisup.contract.EvaluationProgress;
import io.bisup.contract.EvaluationState;
import io.bisup.contract.Failure;
import io.bisup.contract.Score;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An evaluation job of its own as the database has it now.
 *
 * @param id UUID of version 7
 * @param spec what was posted
 * @param state where it is
 * @param attempt number of the current or last attempt
 * @param workerId who holds or last held it, or null
 * @param progress last reported, or null
 * @param failure why it or its last attempt failed, or null
 * @param scores results in the order asked for, once SUCCEEDED
 */
public record EvaluationJobRecord(
        String id,
        EvaluationJobSpec spec,
        EvaluationState state,
        int attempt,
        @Nullable String workerId,
        @Nullable EvaluationProgress progress,
        @Nullable Failure failure,
        List<Score> scores,
        Instant createdAt,
        @Nullable Instant finishedAt) {
    public EvaluationJobRecord {
        scores = List.copyOf(scores);
    }
}
