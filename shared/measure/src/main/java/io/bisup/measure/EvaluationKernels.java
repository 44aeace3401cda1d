package io.bisup.measure;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.kernel.ScoreKernels;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The kernels that evaluation adds to the model library's; see {@code kernels.py}. */
public final class EvaluationKernels {

    /** The resource that holds them, beside this class. */
    static final String SOURCE = "kernels.py";

    private EvaluationKernels() {}

    /** Compiles them; the caller closes them. */
    public static Kernels compile(TensorRuntime runtime) {
        return Kernels.compile(runtime, source());
    }

    private static String source() {
        try (InputStream in = EvaluationKernels.class.getResourceAsStream(SOURCE)) {
            return new String(Objects.requireNonNull(in, SOURCE).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /**
     * What the last tokens of each sequence see: those of segment 0, of their own segment and of their trunk's, up to their own
     * position.
     *
     * @param segments of all tokens, int64 [B, S]
     * @param trunks the other segment that each token sees, int64 [B, S]
     * @param positions of all tokens, int64 [B, S]
     * @param fresh how many of the last are asked for
     * @param window positions that each sees, its own included
     * @return 0 where it sees, -∞ elsewhere, float32 [B, 1, fresh, S]
     */
    public static NDArray treeMask(
            Kernels kernels, NDArray segments, NDArray trunks, NDArray positions, long fresh, long window) {
        return kernels.call("tree_mask", segments, trunks, positions, fresh, window);
    }

    /** Rows of a table [P, D] by positions int64 [B, T]: [B, 1, T, D]. */
    public static NDArray rowsOf(Kernels kernels, NDArray table, NDArray positions) {
        return kernels.call("rows_of", table, positions);
    }

    /** Hidden states [batch, T, hidden] at positions of the flattened first two axes, int64 [n]: [1, n, hidden]. */
    public static NDArray gatherPositions(Kernels kernels, NDArray hidden, NDArray positions) {
        return kernels.call("gather_positions", hidden, positions);
    }

    /** Scores of pairs of a row of logits and a token, both int64 [n]. */
    public static ScoreKernels.Scores pairs(Kernels kernels, NDArray logits, NDArray rows, NDArray tokens) {
        NDArray[] scored = kernels.callMany("score_pairs", logits, rows, tokens);
        return new ScoreKernels.Scores(scored[0], scored[1]);
    }

    /**
     * How two models' predictions differ.
     *
     * @param exact logits of the full-precision model, [1, T, V]; quantized likewise
     * @param targets the true next tokens, int64 [T]
     * @return KL(exact || quantized) in nats, the quantized and the exact model's log-probability of the target, and whether both
     *     would choose the same token; [T] each
     */
    public static NDArray[] divergence(Kernels kernels, NDArray exact, NDArray quantized, NDArray targets) {
        return kernels.callMany("divergence", exact, quantized, targets);
    }
}
