package io.bisup.llm.fused;

import io.bisup.llm.config.DecoderConfig;

/**
 * The sizes one block step is made for.
 *
 * @param batch sequences
 * @param tokens of each sequence, without the prefix
 * @param epsilon of the norms
 */
record BlockDimensions(
        int batch,
        int tokens,
        int hidden,
        int heads,
        int keyValueHeads,
        int headSize,
        int intermediate,
        double epsilon) {

    static BlockDimensions of(DecoderConfig config, int batch, int tokens) {
        return new BlockDimensions(
                batch,
                tokens,
                config.hiddenSize(),
                config.attentionHeads(),
                config.keyValueHeads(),
                config.headDim(),
                config.intermediateSize(),
                config.rmsNormEpsilon());
    }

    int rows() {
        return batch * tokens;
    }

    int queryWidth() {
        return heads * headSize;
    }

    int keyValueWidth() {
        return keyValueHeads * headSize;
    }
}
