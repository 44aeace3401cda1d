package io.bisup.llm.block;

import ai.djl.ndarray.NDArray;

/**
 * Keys (after RoPE) and values of one block.
 *
 * @param keys [batch, keyValueHeads, time, headDim]
 * @param values [batch, keyValueHeads, time, headDim]
 */
public record KeyValues(NDArray keys, NDArray values) implements AutoCloseable {
    /** Number of positions. */
    public long length() {
        return keys.getShape().get(2);
    }

    @Override
    public void close() {
        keys.close();
        values.close();
    }
}
