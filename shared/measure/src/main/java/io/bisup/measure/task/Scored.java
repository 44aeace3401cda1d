package io.bisup.measure.task;

/**
 * How well a continuation was predicted.
 *
 * @param logLikelihood sum of its tokens' log-probabilities, in nats
 * @param greedy whether each token was the most probable one
 */
public record Scored(double logLikelihood, boolean greedy) {

    /** Of no tokens. */
    static final Scored NOTHING = new Scored(0, true);

    /** Of both parts of a continuation. */
    Scored and(Scored other) {
        return new Scored(logLikelihood + other.logLikelihood, greedy && other.greedy);
    }
}
