package io.bisup.llm.model;

import io.bisup.llm.tensor.KernelCalls;

/** What happens to fresh keys and values (after RoPE) before attention reads them and a cache stores them. */
@FunctionalInterface
public interface KeyValueTransform extends AutoCloseable {
    /** Leaves them as they are. */
    KeyValueTransform NONE = (kernels, fresh) -> fresh;

    /** The keys and values to attend to, of the same shapes. */
    KeyValues apply(KernelCalls kernels, KeyValues fresh);

    /** Frees the parameters, if there are any. */
    @Override
    default void close() {}
}
