package io.bisup.measure.propagation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.model.LanguageModel;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The basis of the quantized model's residual stream. A recipe may have rotated it, embedding and all (QuaRot, arXiv 2404.00456): then
 * the map back is found from the two embeddings, which nothing has rounded.
 */
final class Basis implements AutoCloseable {

    private static final int ROWS_PER_CHANNEL = 4;
    /** Embeddings that are nearer than this are the same but for their number type. */
    private static final double SAME = 1e-2;

    private final PropagationKernels kernels;
    private final @Nullable NDArray back;

    private Basis(PropagationKernels kernels, @Nullable NDArray back) {
        this.kernels = kernels;
        this.back = back;
    }

    static Basis of(LanguageModel base, LanguageModel quantized, PropagationKernels kernels) {
        long vocabulary = Math.min(base.config().vocabSize(), quantized.config().vocabSize());
        long rows = Math.min(vocabulary, (long) ROWS_PER_CHANNEL * base.config().hiddenSize());
        long[] ids = LongStream.range(0, rows).map(i -> i * vocabulary / rows).toArray();
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray exact = base.embed(ids);
            NDArray turned = quantized.embed(ids);
            double apart = Arrays.stream(kernels.relativeErrors(exact, turned))
                    .average()
                    .orElse(0);
            if (apart < SAME) {
                return new Basis(kernels, null);
            }
            NDArray back = kernels.basis(exact, turned);
            NDScope.unregister(back);
            return new Basis(kernels, back);
        }
    }

    /** Values [1, T, hidden] on the quantized model's residual stream, as the FP model would have them. */
    NDArray ofBase(NDArray quantized) {
        return back == null ? quantized : kernels.turn(quantized, back);
    }

    @Override
    public void close() {
        if (back != null) {
            back.close();
        }
    }
}
