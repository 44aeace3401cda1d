package io.bisup.bench.eval;

/**
 * What one program took for one task.
 *
 * @param seconds from requests as text to log-likelihoods, the fastest repetition
 * @param cpuSeconds processor time of the whole process meanwhile, which waiting for a busy core does not lengthen
 * @param peakBytes most resident memory of its process in that time, the model's own included
 * @param loadSeconds that opening the model took, once for all tasks
 * @param loadBytes resident memory once the model is open
 */
public record EvalSide(double seconds, double cpuSeconds, long peakBytes, double loadSeconds, long loadBytes) {}
