package io.bisup.platform.job;

/**
 * The answer to a submission.
 *
 * @param job the job
 * @param created false when the same request had made it before
 */
public record Submission(JobRecord job, boolean created) {}
