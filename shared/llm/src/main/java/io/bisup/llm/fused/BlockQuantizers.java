package io.bisup.llm.fused;

import org.jspecify.annotations.Nullable;

/**
 * The quantizers of a block; null leaves values as they are.
 *
 * @param weight its scales are rounded as the artifact stores them
 * @param keyValue one scale per head and token
 */
record BlockQuantizers(
        @Nullable FusedFakeQuant weight,
        @Nullable FusedFakeQuant activation,
        @Nullable FusedFakeQuant keyValue) {

    /** From the spec of the block kernels: bits, symmetric, group of weights; the same of activations; bits, symmetric of the cache. */
    static BlockQuantizers of(long[] spec) {
        return new BlockQuantizers(
                quantizer(spec[0], spec[1], spec[2], true),
                quantizer(spec[3], spec[4], spec[5], false),
                quantizer(spec[6], spec[7], 0, false));
    }

    private static @Nullable FusedFakeQuant quantizer(long bits, long symmetric, long group, boolean storedScale) {
        return bits >= 16
                ? null
                : new FusedFakeQuant(Math.toIntExact(bits), symmetric == 1, Math.toIntExact(group), storedScale);
    }
}
