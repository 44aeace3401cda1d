package io.bisup.llm.quant;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.model.KeyValueTransform;
import io.bisup.llm.model.KeyValues;
import io.bisup.llm.tensor.KernelCalls;

/**
 * The quantized key-value cache: fresh keys (after RoPE) and values, one scale per head and token. Those of a prefix
 * never pass here and so stay exact.
 *
 * @param keyClip factors on the range of keys, [kv heads], or empty
 * @param valueClip the same for values
 */
record QuantizedKeyValues(BlockFormats formats, NDArray keyClip, NDArray valueClip) implements KeyValueTransform {

    @Override
    public KeyValues apply(KernelCalls kernels, KeyValues fresh) {
        return new KeyValues(
                kernels.call("qb_cache", fresh.keys(), keyClip, formats.spec()),
                kernels.call("qb_cache", fresh.values(), valueClip, formats.spec()));
    }

    @Override
    public void close() {
        keyClip.close();
        valueClip.close();
    }
}
