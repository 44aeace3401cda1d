package io.bisup.platform.job;

import java.time.Duration;

/**
 * The right to work on an evaluation job; as {@link Claim}.
 *
 * @param evaluationId what is claimed
 * @param jobId the quantization job it belongs to
 * @param epoch fences
 * @param attempt number of this attempt, from 1
 * @param workerId who claimed
 * @param lease how long the claim holds after each heartbeat
 * @param work what is to be measured
 */
public record EvaluationClaim(
        String evaluationId,
        String jobId,
        long epoch,
        int attempt,
        String workerId,
        Duration lease,
        EvaluationWork work) {}
