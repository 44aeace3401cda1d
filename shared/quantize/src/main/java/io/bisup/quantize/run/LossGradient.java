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
 * The gradient of a window's cross-entropy, summed over its predictions, with respect to the last block's output. Logits are
 * made a piece of the window at a time: those of large vocabularies are huge.
 */
final class LossGradient implements AutoCloseable {

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
    LossGradient(TensorRuntime runtime, QuantizationInput input, @Nullable ChannelMap residual) {
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
    NDArray of(NDArray output, long[] ids) {
        Kernels kernels = runtime.kernels();
        return Tensors.inScope(() -> {
            NDArray hidden = residual == null ? output : residual.undo(kernels, output);
            kernels.requireGradient(hidden);
            int predictions = ids.length - 1;
            for (int first = 0; first < predictions; first += positions) {
                addPiece(hidden, ids, first, Math.min(positions, predictions - first));
            }
            NDArray gradient = kernels.gradient(hidden);
            // A rotation carries gradients as it carries channels.
            return residual == null ? gradient : residual.apply(kernels, gradient);
        });
    }

    private void addPiece(NDArray hidden, long[] ids, int first, int count) {
        Kernels kernels = runtime.kernels();
        KernelCalls recording = kernels.recording();
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray piece = ScoreKernels.positions(recording, hidden, first, count);
            NDArray normed = LinearKernels.rmsNorm(recording, piece, norm, config.rmsNormEpsilon());
            NDArray logits = LinearKernels.linear(recording, normed, head, null, false);
            long[] next = Arrays.copyOfRange(ids, first + 1, first + 1 + count);
            NDArray mean =
                    ScoreKernels.crossEntropy(recording, logits, Tensors.longs(runtime.manager(), next, next.length));
            kernels.backward(mean, Tensors.floats(runtime.manager(), new float[] {count}));
        }
    }

    @Override
    public void close() {
        owner.close();
    }
}
