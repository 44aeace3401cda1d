package io.bisup.llm.block;

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

    /** Constant keys and values that precede every sequence, such as those of a prefix; nothing is stored. */
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

    /** The preceding keys and values followed by the fresh ones; a cache keeps the result. */
    KeyValues extend(KernelCalls kernels, KeyValues fresh);
}
