package io.bisup.llm.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.tensor.Tensors;

/**
 * One block of a model of {@link io.bisup.llm.config.Architecture}: pre-norm attention and a gated feed-forward layer, each added to the residual
 * stream. The same code runs the trained and the quantized block; they differ in their linear layers and in what is done to
 * keys and values.
 */
public final class DecoderBlock implements AutoCloseable {
    private final DecoderConfig config;
    private final int window;
    private final BlockNorms norms;
    private final BlockLinears linears;
    private final KeyValueTransform keyValues;
    private final boolean lowPrecision;

    /**
     * A block of the given parts, which it frees on close.
     *
     * @param window positions that each query sees, its own included
     * @param lowPrecision attends in bfloat16
     */
    public DecoderBlock(
            DecoderConfig config,
            int window,
            BlockNorms norms,
            BlockLinears linears,
            KeyValueTransform keyValues,
            boolean lowPrecision) {
        this.config = config;
        this.window = window;
        this.norms = norms;
        this.linears = linears;
        this.keyValues = keyValues;
        this.lowPrecision = lowPrecision;
    }

    /** The block of a layer as trained. */
    public static DecoderBlock fullPrecision(
            DecoderConfig config, int layer, DecoderBlockWeights weights, boolean lowPrecision) {
        return new DecoderBlock(
                config,
                config.windows().of(layer),
                BlockNorms.of(config, weights),
                BlockLinears.fullPrecision(weights, lowPrecision),
                KeyValueTransform.NONE,
                lowPrecision);
    }

    /**
     * Applies the block to the tokens that follow a context.
     *
     * @param hidden [batch, time, hidden]
     * @param rotary angles of every position of the model
     * @return [batch, time, hidden]
     */
    public NDArray forward(KernelCalls kernels, NDArray hidden, RotaryEmbedding rotary, AttentionContext context) {
        return Tensors.inScope(() -> {
            NDArray attended = kernels.call("add", hidden, attention(kernels, hidden, rotary, context));
            return kernels.call("add", attended, feedForward(kernels, attended));
        });
    }

    /** softmax(q k^T / sqrt(headDim)) v over the preceding positions in the window, projected back to [batch, time, hidden]. */
    private NDArray attention(KernelCalls kernels, NDArray hidden, RotaryEmbedding rotary, AttentionContext context) {
        NDArray normed = norms.apply(kernels, hidden, norms.input());
        NDArray[] projected = linears.attention().apply(kernels, normed);
        RotaryEmbedding.Angles angles =
                rotary.angles(context.length(), hidden.getShape().get(1));
        NDArray queries = heads(kernels, projected[0], config.attentionHeads());
        NDArray keys = heads(kernels, projected[1], config.keyValueHeads());
        NDArray values = heads(kernels, projected[2], config.keyValueHeads());
        queries = rotate(kernels, norms.apply(kernels, queries, norms.query()), angles);
        keys = rotate(kernels, norms.apply(kernels, keys, norms.key()), angles);
        KeyValues fresh = keyValues.apply(kernels, new KeyValues(keys, values));
        KeyValues all = context.extend(kernels, fresh);
        NDArray mixed = kernels.call("attend", queries, all.keys(), all.values(), window, lowPrecision);
        return linears.output().apply(kernels, mixed)[0];
    }

    private NDArray feedForward(KernelCalls kernels, NDArray hidden) {
        NDArray normed = norms.apply(kernels, hidden, norms.postAttention());
        NDArray[] gateUp = linears.feedForward().apply(kernels, normed);
        NDArray gated = kernels.call("swiglu", gateUp[0], gateUp[1]);
        return linears.down().apply(kernels, gated)[0];
    }

    /** [batch, time, heads * headDim] to [batch, heads, time, headDim]. */
    private static NDArray heads(KernelCalls kernels, NDArray x, int heads) {
        return kernels.call("split_heads", x, heads);
    }

    private static NDArray rotate(KernelCalls kernels, NDArray x, RotaryEmbedding.Angles angles) {
        return kernels.call("rotate", x, angles.cosines(), angles.sines());
    }

    /** Shape of the hidden states of a batch: [batch, time, hidden]. */
    public Shape hiddenShape(long batch, long time) {
        return new Shape(batch, time, config.hiddenSize());
    }

    /** The linear layers, for those who replace or observe them. */
    public BlockLinears linears() {
        return linears;
    }

    /** The norms. */
    public BlockNorms norms() {
        return norms;
    }

    @Override
    public void close() {
        norms.close();
        linears.close();
    }
}
