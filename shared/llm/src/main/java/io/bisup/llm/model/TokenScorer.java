package io.bisup.llm.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.kernel.ScoreKernels;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.Tensors;
import java.util.Arrays;

/** Turns last hidden states into scores, a piece of the sequence at a time: logits of large vocabularies are huge. */
final class TokenScorer {
    private static final long LOGITS_AT_ONCE = 1L << 25;

    private final LanguageModel model;
    private final Kernels kernels;
    private final int positions;

    /** @param scorers that work at the same time */
    TokenScorer(LanguageModel model, int scorers) {
        this.model = model;
        this.kernels = model.runtime().kernels();
        this.positions =
                (int) Math.max(1, LOGITS_AT_ONCE / scorers / model.config().vocabSize());
    }

    /** Scores of {@code ids[1..]} from the hidden states [1, time, hidden] of {@code ids}. */
    TokenScores score(NDArray hidden, long[] ids) {
        int predictions = ids.length - 1;
        TokenScores scores = new TokenScores(new double[predictions], new boolean[predictions]);
        for (int first = 0; first < predictions; first += positions) {
            scorePiece(hidden, ids, first, Math.min(positions, predictions - first), scores);
        }
        return scores;
    }

    private void scorePiece(NDArray hidden, long[] ids, int first, int count, TokenScores scores) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray logits = model.logits(ScoreKernels.positions(kernels, hidden, first, count));
            long[] next = Arrays.copyOfRange(ids, first + 1, first + 1 + count);
            NDArray targets = Tensors.longs(model.runtime().manager(), next, count);
            ScoreKernels.Scores piece = ScoreKernels.targets(kernels, logits, targets);
            double[] logProbabilities = piece.logProbabilities().toDoubleArray();
            long[] greedy = piece.greedy().toLongArray();
            for (int i = 0; i < count; i++) {
                scores.logProbabilities()[first + i] = logProbabilities[i];
                scores.greedy()[first + i] = greedy[i] != 0;
            }
        }
    }
}
