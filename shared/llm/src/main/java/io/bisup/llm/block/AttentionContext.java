package io.bisup.llm.block;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.kernel.AttentionKernels;
import io.bisup.llm.tensor.KernelCalls;

/** The positions of one block that precede the ones being computed. */
public interface AttentionContext {
    /** Nothing precedes. */
    AttentionContext EMPTY = new AttentionContext() {
        @Override
        public long length() {
            return 0;
        }

        @Override
        public KeyValues extend(KernelCalls kernels, KeyValues fresh) {
            return fresh;
        }
    };

    /**
     * Constant keys and values [1 or batch, keyValueHeads, time, headDim] that precede every sequence, such as those of a
     * prefix; nothing is stored.
     */
    static AttentionContext of(KeyValues past) {
        return new AttentionContext() {
            @Override
            public long length() {
                return past.length();
            }

            @Override
            public KeyValues extend(KernelCalls kernels, KeyValues fresh) {
                return new KeyValues(
                        AttentionKernels.extendPast(kernels, past.keys(), fresh.keys()),
                        AttentionKernels.extendPast(kernels, past.values(), fresh.values()));
            }
        };
    }

    /** How many positions precede: the position of the first fresh token. */
    long length();

    /** The preceding keys and values followed by the fresh ones along time; a cache keeps the result. */
    KeyValues extend(KernelCalls kernels, KeyValues fresh);

    /**
     * The rotary angles [count, headDim / 2] of so many fresh tokens, which follow one another unless a context says
     * otherwise.
     */
    default RotaryEmbedding.Angles angles(RotaryEmbedding rotary, long count) {
        return rotary.angles(length(), count);
    }

    /**
     * What the fresh tokens attend to: all before them, unless a context says otherwise.
     *
     * @param queries [batch, heads, fresh, headDim]
     * @param all the preceding keys and values followed by the fresh ones
     * @param window positions that each query sees, its own included
     * @param lowPrecision whether products are computed in bfloat16
     * @return [batch, fresh, heads · headDim]
     */
    default NDArray attend(KernelCalls kernels, NDArray queries, KeyValues all, int window, boolean lowPrecision) {
        return AttentionKernels.attend(kernels, queries, all.keys(), all.values(), window, lowPrecision);
    }
}
