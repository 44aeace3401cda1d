package io.bisup.contract.recipe;

import io.bisup.contract.Check;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is stored in which format.
 *
 * @param weights of the linears of each block
 * @param inputs of those linears
 * @param cache keys and values
 * @param keepers input channels at more bits, or null
 * @param overrides another format for the weights whose role or module name matches the pattern (as "down" or "model.layers.0.*")
 */
public record Precision(
        Format weights,
        Format inputs,
        CacheFormat cache,
        @Nullable Keepers keepers,
        Map<String, Format> overrides) {

    public Precision {
        Check.present(weights, "weights");
        inputs = inputs == null ? Format.exact() : inputs;
        cache = cache == null ? CacheFormat.exact() : cache;
        overrides = overrides == null ? Map.of() : Map.copyOf(overrides);
    }
}
