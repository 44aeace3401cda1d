package io.bisup.llm.model;

import java.util.Arrays;

/**
 * How well a model predicted each token of a sequence but the first.
 *
 * @param logProbabilities natural logarithm of each token's probability given those before it
 * @param greedy whether each token was the most probable one
 */
@SuppressWarnings("ArrayRecordComponent") // short-lived, large, and never compared
public record TokenScores(double[] logProbabilities, boolean[] greedy) {
    /** Sum of the negative log-probabilities, in nats. */
    public double negativeLogLikelihood() {
        return -Arrays.stream(logProbabilities).sum();
    }
}
