package io.bisup.llm.fused;

/**
 * The sizes one block step is made for.
 *
 * @param batch sequences
 * @param tokens of each sequence, without the prefix
 * @param epsilon of the norms
 */
public record BlockDimensions(
        int batch,
        int tokens,
        int hidden,
        int heads,
        int keyValueHeads,
        int headSize,
        int intermediate,
        double epsilon) {

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
