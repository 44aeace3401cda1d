package io.bisup.platform.job;

import io.bisup.contract.Failure;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One try at a job.
 *
 * @param number from 1
 * @param epoch its fence
 * @param workerId who tried
 * @param resumedFromBlock blocks it found committed
 * @param outcome how it ended: "published", "failed", "lost", "returned", "paused", "cancelled"; null while it runs
 * @param failure the cause where it failed, or null
 * @param logTail the last lines its process wrote, where that died; null otherwise
 */
public record Attempt(
        int number,
        long epoch,
        String workerId,
        int resumedFromBlock,
        Instant startedAt,
        @Nullable Instant endedAt,
        @Nullable String outcome,
        @Nullable Failure failure,
        @Nullable String logTail) {}
