package io.bisup.llm.block;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.kernel.LinearKernels;
import io.bisup.llm.tensor.KernelCalls;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The RMSNorms of a block (Zhang and Sennrich, 2019).
 *
 * @param input before attention, [hidden]
 * @param postAttention before the feed-forward layer, [hidden]
 * @param query per query head before RoPE, [headDim], or null
 * @param key per key head before RoPE, [headDim], or null
 */
public record BlockNorms(
        NDArray input,
        NDArray postAttention,
        @Nullable NDArray query,
        @Nullable NDArray key,
        double epsilon) implements AutoCloseable {
    /** The parameters that are norms; not every architecture has those of queries and keys. */
    public static final List<BlockTensor> PARAMETERS = List.of(
            BlockTensor.INPUT_NORM, BlockTensor.POST_ATTENTION_NORM, BlockTensor.QUERY_NORM, BlockTensor.KEY_NORM);

    /** The norms among a block's weights. */
    public static BlockNorms of(DecoderConfig config, DecoderBlockWeights weights) {
        return new BlockNorms(
                weights.get(BlockTensor.INPUT_NORM),
                weights.get(BlockTensor.POST_ATTENTION_NORM),
                weights.find(BlockTensor.QUERY_NORM),
                weights.find(BlockTensor.KEY_NORM),
                config.rmsNormEpsilon());
    }

    /** Normalises the last dimension, or returns {@code x} when the architecture has no such norm. */
    NDArray apply(KernelCalls kernels, NDArray x, @Nullable NDArray weight) {
        return weight == null ? x : LinearKernels.rmsNorm(kernels, x, weight, epsilon);
    }

    @Override
    public void close() {
        input.close();
        postAttention.close();
        if (query != null) {
            query.close();
        }
        if (key != null) {
            key.close();
        }
    }
}
