package io.bisup.demo.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.block.AttentionContext;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.block.RotaryEmbedding;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.kernel.LinearKernels;
import io.bisup.llm.kernel.ScoreKernels;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** A language model with tied embeddings whose every parameter has a gradient; the blocks are those of inference. */
final class TrainableModel implements AutoCloseable {
    private final TensorRuntime runtime;
    private final DecoderConfig config;
    private final Map<String, NDArray> parameters;
    private final List<DecoderBlock> blocks;
    private final RotaryEmbedding rotary;

    TrainableModel(TensorRuntime runtime, DecoderConfig config, long seed) {
        this.runtime = runtime;
        this.config = config;
        this.parameters = Initialization.parameters(config, seed, runtime.manager());
        parameters.values().forEach(runtime.kernels()::requireGradient);
        this.blocks = IntStream.range(0, config.layers()).mapToObj(this::block).toList();
        this.rotary = new RotaryEmbedding(
                runtime, config, parameter(ModelTensors.EMBEDDING).getDataType());
    }

    private DecoderBlock block(int layer) {
        DecoderBlockWeights weights = DecoderBlockWeights.load(config, layer, this::parameter);
        return DecoderBlock.fullPrecision(config, layer, weights, runtime.lowPrecision());
    }

    private NDArray parameter(String name) {
        return Objects.requireNonNull(parameters.get(name), name);
    }

    /** Every parameter by its Hugging Face name. */
    Map<String, NDArray> parameters() {
        return parameters;
    }

    /** Parameters that are matrices, or all the others. */
    List<NDArray> parameters(boolean matrices) {
        return parameters.values().stream()
                .filter(p -> (p.getShape().dimension() > 1) == matrices)
                .toList();
    }

    /**
     * Mean cross-entropy in nats of predicting each token of a window from those before it, and adds {@code weight} times its
     * gradient to those of the parameters.
     */
    double lossWithGradient(long[] window, double weight) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray loss = loss(runtime.kernels().recording(), window);
            NDArray factor = Tensors.floats(runtime.manager(), new float[] {(float) weight});
            runtime.kernels().backward(loss, factor);
            return loss.getFloat();
        }
    }

    private NDArray loss(KernelCalls kernels, long[] window) {
        int time = window.length - 1;
        NDArray ids = Tensors.longs(runtime.manager(), Arrays.copyOf(window, time), 1, time);
        NDArray targets = Tensors.longs(runtime.manager(), Arrays.copyOfRange(window, 1, time + 1), time);
        NDArray hidden = LinearKernels.embedding(kernels, ids, parameter(ModelTensors.EMBEDDING)); // [1, time, hidden]
        for (DecoderBlock block : blocks) {
            hidden = block.forward(kernels, hidden, rotary, AttentionContext.EMPTY);
        }
        NDArray normed =
                LinearKernels.rmsNorm(kernels, hidden, parameter(ModelTensors.FINAL_NORM), config.rmsNormEpsilon());
        NDArray logits = LinearKernels.linear(kernels, normed, parameter(ModelTensors.EMBEDDING), null, false);
        return ScoreKernels.crossEntropy(kernels, logits, targets);
    }

    /** Frees the blocks and with them their parameters, then the ends. */
    @Override
    public void close() {
        blocks.forEach(DecoderBlock::close);
        parameter(ModelTensors.EMBEDDING).close();
        parameter(ModelTensors.FINAL_NORM).close();
        rotary.close();
    }
}
