package io.bisup.quantize.prefix;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.block.AttentionContext;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.block.RotaryEmbedding;
import io.bisup.llm.model.KeyValueCache;
import io.bisup.llm.tensor.Kernels;
import org.jspecify.annotations.Nullable;

/**
 * The hidden states of the prefix on their way through the full-precision model, block by block. Its keys and values are
 * what every sample attends to, in training and at inference: they are never quantized (BiSup's prompt mixed-precision).
 */
public final class PrefixStream implements AutoCloseable {

    private final Kernels kernels;
    private @Nullable NDArray hidden;

    /** @param embedded [1, prefix, hidden] before the first block, owned from here on; null when there is no prefix */
    public PrefixStream(Kernels kernels, @Nullable NDArray embedded) {
        this.kernels = kernels;
        this.hidden = embedded;
        if (embedded != null) {
            NDScope.unregister(embedded);
        }
    }

    /** Number of prefix tokens. */
    public long length() {
        return hidden == null ? 0 : hidden.getShape().get(1);
    }

    /**
     * Takes the prefix through one full-precision block.
     *
     * @return the block's keys (after RoPE at positions 0, 1, ...) and values, the caller's to free; null without a prefix
     */
    public @Nullable KeyValues through(DecoderBlock block, RotaryEmbedding rotary) {
        NDArray input = hidden;
        if (input == null) {
            return null;
        }
        try (KeyValueCache cache = new KeyValueCache(1)) {
            NDArray output = block.forward(kernels, input, rotary, cache.context(0));
            NDScope.unregister(output);
            input.close();
            hidden = output;
            return cache.release().getFirst();
        }
    }

    /** How a sample sees the prefix. */
    public static AttentionContext contextOf(@Nullable KeyValues prefix) {
        return prefix == null ? AttentionContext.EMPTY : AttentionContext.of(prefix);
    }

    @Override
    public void close() {
        if (hidden != null) {
            hidden.close();
        }
    }
}
