package io.bisup.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.bisup.llm.kernel.ScoreKernels;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.TestDevice;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Log-probabilities and greediness of pairs of a position and a token. */
class ScoredPairsTest {

    private static final TensorRuntime RUNTIME = TestDevice.runtime();

    private static final int ROWS = 40;
    private static final int VOCABULARY = 5;

    /** Logits are small integers, so that the largest often has equals: the first of them is greedy, as in the harness. */
    @Test
    void scoresEqualThoseByDefinitionWhereLogitsTie() {
        Random random = new Random(7);
        float[] logits = new float[ROWS * VOCABULARY];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = random.nextInt(3);
        }
        long[] rows = new long[ROWS * VOCABULARY];
        long[] tokens = new long[rows.length];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = i / VOCABULARY;
            tokens[i] = i % VOCABULARY;
        }
        assertScores(logits, rows, tokens);
    }

    @Test
    void noTokenIsGreedyWhereNoneIsAskedForThatIs() {
        assertScores(new float[] {0, 9, 0, 0, 0, 1, 0, 0, 0, 8}, new long[] {1, 0, 1}, new long[] {0, 0, 3});
    }

    /** A row may be asked for in any order and more than once; large logits overflow nothing. */
    @Test
    void rowsMayRepeat() {
        assertScores(
                new float[] {-900, 900, 899, 0, 1, 3, 3, 3, 3, 3}, new long[] {1, 0, 1, 0}, new long[] {0, 1, 1, 2});
    }

    private static void assertScores(float[] logits, long[] rows, long[] tokens) {
        try (NDManager manager = RUNTIME.manager().newSubManager();
                Kernels kernels = EvaluationKernels.compile(RUNTIME)) {
            NDArray all = manager.create(logits, new Shape(1, logits.length / VOCABULARY, VOCABULARY));
            ScoreKernels.Scores scored =
                    EvaluationKernels.pairs(kernels, all, manager.create(rows), manager.create(tokens));
            double[] found = scored.logProbabilities().toDoubleArray();
            long[] greedy = scored.greedy().toLongArray();
            for (int i = 0; i < rows.length; i++) {
                int first = (int) rows[i] * VOCABULARY;
                int best = first;
                double sum = 0;
                for (int j = first; j < first + VOCABULARY; j++) {
                    best = logits[j] > logits[best] ? j : best;
                }
                for (int j = first; j < first + VOCABULARY; j++) {
                    sum += Math.exp(logits[j] - logits[best]);
                }
                int chosen = first + (int) tokens[i];
                assertThat(found[i]).isCloseTo(logits[chosen] - logits[best] - Math.log(sum), within(1e-4));
                assertThat(greedy[i] != 0)
                        .as("row %d, token %d", rows[i], tokens[i])
                        .isEqualTo(chosen == best);
            }
        }
    }
}
