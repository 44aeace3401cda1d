package io.bisup.quantize.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.kernel.LinearKernels;
import io.bisup.llm.kernel.ScoreKernels;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.transform.ChannelMap;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A window's cross-entropy, summed over its predictions, and its gradient with respect to the last block's output. Logits
 * are made a piece of the window at a time: those of large vocabularies are huge.
 */
final class FinalLoss implements AutoCloseable {

    private static final long LOGITS_AT_ONCE = 1L << 25;

    private final TensorRuntime runtime;
    private final DecoderConfig config;
    private final @Nullable ChannelMap residual;
    private final NDArray norm;
    private final NDArray head;
    private final int positions;
    private final TensorOwner owner;

    /**
     * Loads final norm and head.
     *
     * @param residual rotation of the last block's output, or null
     */
    FinalLoss(TensorRuntime runtime, QuantizationInput input, @Nullable ChannelMap residual) {
        this.runtime = runtime;
        this.config = input.config();
        this.residual = residual;
        this.positions = (int) Math.max(1, LOGITS_AT_ONCE / config.vocabSize());
        try (TensorOwner loading = new TensorOwner()) {
            this.norm = loading.own(input.source().apply(ModelTensors.FINAL_NORM));
            this.head = loading.own(
                    input.source().apply(config.tiedEmbeddings() ? ModelTensors.EMBEDDING : ModelTensors.HEAD));
            this.owner = loading.keep();
        }
    }

    /**
     * The gradient, [1, time, hidden], on the rotated residual stream where there is a rotation.
     *
     * @param output of the last block on that stream, [1, time, hidden]
     * @param ids the window's tokens
     */
    NDArray gradient(NDArray output, long[] ids) {
        Kernels kernels = runtime.kernels();
        return Tensors.inScope(() -> {
            NDArray hidden = residual == null ? output : residual.undo(kernels, output);
            kernels.requireGradient(hidden);
            for (int first = 0; first < ids.length - 1; first += positions) {
                addGradient(hidden, ids, first);
            }
            NDArray gradient = kernels.gradient(hidden);
            // A rotation carries gradients as it carries channels.
            return residual == null ? gradient : residual.apply(kernels, gradient);
        });
    }

    /**
     * The cross-entropy in nats, summed over the window's predictions.
     *
     * @param output of the last block on the rotated residual stream, [1, time, hidden]
     * @param ids the window's tokens
     */
    double sum(NDArray output, long[] ids) {
        double sum = 0;
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray hidden = residual == null ? output : residual.undo(runtime.kernels(), output);
            for (int first = 0; first < ids.length - 1; first += positions) {
                try (NDScope piece = new NDScope()) {
                    piece.suppressNotUsedWarning();
                    sum += mean(runtime.kernels(), hidden, ids, first).getFloat() * (double) count(ids, first);
                }
            }
        }
        return sum;
    }

    private void addGradient(NDArray hidden, long[] ids, int first) {
        Kernels kernels = runtime.kernels();
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray mean = mean(kernels.recording(), hidden, ids, first);
            kernels.backward(mean, Tensors.floats(runtime.manager(), new float[] {count(ids, first)}));
        }
    }

    /** Mean over the piece of predictions that begins at {@code first}. */
    private NDArray mean(KernelCalls kernels, NDArray hidden, long[] ids, int first) {
        int count = count(ids, first);
        NDArray piece = ScoreKernels.positions(kernels, hidden, first, count);
        NDArray normed = LinearKernels.rmsNorm(kernels, piece, norm, config.rmsNormEpsilon());
        NDArray logits = LinearKernels.linear(kernels, normed, head, null, false);
        long[] next = Arrays.copyOfRange(ids, first + 1, first + 1 + count);
        return ScoreKernels.crossEntropy(kernels, logits, Tensors.longs(runtime.manager(), next, next.length));
    }

    private int count(long[] ids, int first) {
        return Math.min(positions, ids.length - 1 - first);
    }

    @Override
    public void close() {
        owner.close();
    }
}
