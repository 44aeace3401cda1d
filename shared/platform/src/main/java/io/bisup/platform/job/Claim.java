package io.bisup.platform.job;

import java.time.Duration;

/**
 * The right to work on a job, until a heartbeat comes too late. Every write of an attempt carries it.
 *
 * @param jobId what is claimed
 * @param epoch fences: a write with a lower epoch than the row's is refused
 * @param attempt number of this attempt, from 1
 * @param workerId who claimed
 * @param lease how long the claim holds after each heartbeat
 * @param work what is to be done
 */
public record Claim(String jobId, long epoch, int attempt, String workerId, Duration lease, Work work) {}
