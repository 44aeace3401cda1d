package io.bisup.llm.kernel;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.tensor.KernelCalls;

/**
 * Last hidden states and logits to scores ({@code loss.py}). T positions, V vocabulary. Results belong to the open scope.
 * What torch cannot compute, such as shapes that do not fit each other, throws a
 * {@link io.bisup.llm.tensor.KernelException}.
 */
public final class ScoreKernels {

    private ScoreKernels() {}

    /**
     * Natural log-probabilities of given tokens.
     *
     * @param logProbabilities in nats, float64 [T]
     * @param greedy 1 where the token is the most probable one, else 0, int64 [T]
     */
    public record Scores(NDArray logProbabilities, NDArray greedy) {}

    /**
     * Positions {@code first} to {@code first + count - 1} of hidden states [1, T, hidden]: [1, count, hidden], in the
     * same memory.
     */
    public static NDArray positions(KernelCalls kernels, NDArray hidden, long first, long count) {
        return kernels.call("positions", hidden, first, count);
    }

    /** Scores of one token for each row of logits [1, T, V]; targets int64 [T]. */
    public static Scores targets(KernelCalls kernels, NDArray logits, NDArray targets) {
        NDArray[] scored = kernels.callMany("score_targets", kernels.call("squeeze_batch", logits), targets);
        return new Scores(kernels.call("to_double", scored[0]), scored[1]);
    }

    /** The most probable token behind the last position of logits [1, T, V]. */
    public static long nextToken(KernelCalls kernels, NDArray logits) {
        return kernels.call("next_token", logits).toLongArray()[0];
    }

    /**
     * Mean cross-entropy in nats of logits [1, T, V] against tokens, int64 [T]; a scalar. Tokens of -100 do not count.
     */
    public static NDArray crossEntropy(KernelCalls kernels, NDArray logits, NDArray targets) {
        return kernels.call("cross_entropy", kernels.call("squeeze_batch", logits), targets);
    }
}
