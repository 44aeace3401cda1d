package io.bisup.contract.recipe;

import java.util.Optional;

/**
 * How servers are told to store keys and values in about as many bits as a recipe does; nothing of it stands in a checkpoint.
 *
 * @param bits of the recipe's wider half, keys or values
 * @param vllm value of vLLM's {@code --kv-cache-dtype}
 * @param llamaCpp value of llama.cpp's {@code --cache-type-k} and {@code --cache-type-v}
 */
public record ServedCache(int bits, String vllm, String llamaCpp) {

    /** The nearest types with no fewer bits; nothing where the recipe leaves the cache as it is. */
    public static Optional<ServedCache> of(CacheFormat cache) {
        if (!cache.quantizes()) {
            return Optional.empty();
        }
        int bits = Math.max(cache.keys().bits(), cache.values().bits());
        if (bits <= 3) {
            return Optional.of(new ServedCache(bits, "turboquant_3bit_nc", "q4_0"));
        }
        if (bits == 4) {
            return Optional.of(new ServedCache(bits, "int4_per_token_head", "q4_0"));
        }
        return bits <= 8 ? Optional.of(new ServedCache(bits, "int8_per_token_head", "q8_0")) : Optional.empty();
    }
}
