package io.bisup.llm.model;

import ai.djl.ndarray.NDScope;
import io.bisup.llm.block.AttentionContext;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.tensor.KernelCalls;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values of all blocks for the tokens seen so far.
 *
 * <p>A cache may start with the keys and values of a prefix in full precision: they pass no {@link io.bisup.llm.block.CachePath},
 * which only sees fresh ones. The prefix stays its owner's; the cache frees what it stored itself. Not thread safe.
 */
public final class KeyValueCache implements AutoCloseable {
    private final @Nullable KeyValues[] stored;
    private final List<KeyValues> prefix;

    /** An empty cache for a model of that many blocks. */
    public KeyValueCache(int layers) {
        this(layers, List.of());
    }

    private KeyValueCache(int layers, List<KeyValues> prefix) {
        this.stored = new KeyValues[layers];
        this.prefix = prefix;
    }

    /** A cache that starts behind a prefix, given as one entry per block with batch size one. */
    public static KeyValueCache after(List<KeyValues> prefix) {
        return new KeyValueCache(prefix.size(), List.copyOf(prefix));
    }

    /** Number of positions held, prefix included. */
    public long length() {
        return context(0).length();
    }

    /** What precedes the next tokens in one block; extending it grows this cache. */
    public AttentionContext context(int layer) {
        return new AttentionContext() {
            @Override
            public long length() {
                return past(layer).length();
            }

            @Override
            public KeyValues extend(KernelCalls kernels, KeyValues fresh) {
                KeyValues all = past(layer).extend(kernels, fresh);
                store(layer, all);
                return all;
            }
        };
    }

    /** Everything held, one entry per block, to serve as a prefix; the caller takes over ownership. */
    public List<KeyValues> release() {
        List<KeyValues> all = new ArrayList<>(stored.length);
        for (int layer = 0; layer < stored.length; layer++) {
            KeyValues values = stored[layer];
            if (values == null) {
                throw new IllegalStateException("Block " + layer + " has computed no keys yet: run the model first.");
            }
            all.add(values);
        }
        Arrays.fill(stored, null);
        return all;
    }

    private AttentionContext past(int layer) {
        KeyValues values = stored[layer];
        if (values != null) {
            return AttentionContext.of(values);
        }
        return prefix.isEmpty() ? AttentionContext.EMPTY : AttentionContext.of(prefix.get(layer));
    }

    private void store(int layer, KeyValues all) {
        NDScope.unregister(all.keys(), all.values());
        KeyValues previous = stored[layer];
        stored[layer] = all;
        if (previous != null) {
            previous.close();
        }
    }

    @Override
    public void close() {
        for (int layer = 0; layer < stored.length; layer++) {
            KeyValues values = stored[layer];
            stored[layer] = null;
            if (values != null) {
                values.close();
            }
        }
    }
}
