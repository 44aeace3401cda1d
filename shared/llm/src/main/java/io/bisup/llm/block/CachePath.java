package io.bisup.llm.block;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.recipe.CacheFormat;
import io.bisup.contract.recipe.Format;
import io.bisup.llm.kernel.LinearKernels;
import io.bisup.llm.kernel.QuantKernels;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.transform.ChannelMap;
import org.jspecify.annotations.Nullable;

/**
 * How fresh keys and values are stored: one scale per head and token. Keys pass (k − c) R into the quantizer and back, where
 * c is a constant of each channel and R a rotation of each head. Those of a prefix never pass here and so stay exact.
 *
 * @param keys format of keys
 * @param values format of values
 * @param beforeRope whether keys are quantized before rotary embedding
 * @param offset c, [1, kv heads, 1, head dim]; or null
 * @param rotation R, of a head's width; or null
 * @param keyClip factors on the range of each head's keys, [kv heads, 1, 1]; empty for the full range
 * @param valueClip factors on the range of each head's values, [kv heads, 1, 1]; empty for the full range
 */
public record CachePath(
        Format keys,
        Format values,
        boolean beforeRope,
        @Nullable NDArray offset,
        @Nullable ChannelMap rotation,
        NDArray keyClip,
        NDArray valueClip)
        implements AutoCloseable {

    /**
     * The cache as the model computes it.
     *
     * @param none a tensor [0], the path's from here on
     */
    public static CachePath exact(NDArray none) {
        Format format = CacheFormat.exact().keys();
        return new CachePath(format, format, false, null, null, none, none);
    }

    /** Keys [B, kv heads, T, head dim] before rotary embedding, as stored if they are stored so. */
    NDArray keysBeforeRope(KernelCalls kernels, NDArray fresh) {
        return beforeRope ? stored(kernels, fresh) : fresh;
    }

    /** Keys [B, kv heads, T, head dim] after rotary embedding, as stored if they are stored so. */
    NDArray keysAfterRope(KernelCalls kernels, NDArray fresh) {
        return beforeRope ? fresh : stored(kernels, fresh);
    }

    /** Values [B, kv heads, T, head dim] as stored. */
    NDArray values(KernelCalls kernels, NDArray fresh) {
        return QuantKernels.fake(kernels, fresh, values, valueClip, valueClip, false);
    }

    private NDArray stored(KernelCalls kernels, NDArray fresh) {
        NDArray centred = offset == null ? fresh : LinearKernels.subtract(kernels, fresh, offset);
        NDArray turned = rotation == null ? centred : rotation.apply(kernels, centred);
        NDArray rounded = QuantKernels.fake(kernels, turned, keys, keyClip, keyClip, false);
        NDArray back = rotation == null ? rounded : rotation.undo(kernels, rounded);
        return offset == null ? back : LinearKernels.add(kernels, back, offset);
    }

    @Override
    public void close() {
        keyClip.close();
        valueClip.close();
        if (offset != null) {
            offset.close();
        }
        if (rotation != null) {
            rotation.close();
        }
    }
}
