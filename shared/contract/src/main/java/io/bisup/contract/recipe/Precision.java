package io.bisup.contract.recipe;

import io.bisup.contract.Check;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is stored in which format.
 *
 * @param weights of the linears of each block
 * @param inputs of those linears
 * @param cache keys and values
 * @param keepers input channels at more bits, or null
 * @param overrides another format for the weights whose role, or whose module in the checkpoint, matches the pattern (as "down" or
 *     "model.layers.0.*"); of several that match, the one with the most characters that are no '*' counts
 */
public record Precision(
        Format weights,
        Format inputs,
        CacheFormat cache,
        @Nullable Keepers keepers,
        Map<String, Format> overrides) {

    private static final int MAX_OVERRIDES = 1024;
    private static final Pattern PATTERN = Pattern.compile("[A-Za-z0-9._*-]{1,128}");

    public Precision {
        Check.present(weights, "weights");
        inputs = inputs == null ? Format.exact() : inputs;
        cache = cache == null ? CacheFormat.exact() : cache;
        overrides = overrides == null ? Map.of() : Map.copyOf(overrides);
        Check.range(overrides.size(), 0, MAX_OVERRIDES, "overrides");
        overrides
                .keySet()
                .forEach(pattern -> Check.require(
                        PATTERN.matcher(pattern).matches(),
                        "overrides",
                        "has a key that is no pattern of names",
                        "use 1 to 128 letters, digits, '.', '_', '-' or '*'"));
    }
}
