package io.bisup.bench.methods;

/**
 * Documents of a task that models are scored on.
 *
 * @param task the harness's name of the task
 * @param sha256 digest of its file
 * @param documents how many, from the first
 */
public record TaskId(String task, String sha256, int documents) {}
