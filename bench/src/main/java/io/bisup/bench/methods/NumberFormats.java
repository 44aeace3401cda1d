package io.bisup.bench.methods;

import io.bisup.contract.recipe.CacheFormat;
import io.bisup.contract.recipe.Precision;
import java.util.Comparator;

/**
 * Nominal bits of a recipe: rows of the same ones stand in one table.
 *
 * @param weights bits of a weight's code
 * @param inputs bits of an input's code; 16: as it is
 * @param keys bits of a cached key; 16: as it is
 * @param values bits of a cached value; 16: as it is
 */
record NumberFormats(int weights, int inputs, int keys, int values) implements Comparable<NumberFormats> {

    private static final Comparator<NumberFormats> FROM_MANY_BITS_TO_FEW = Comparator.comparingInt(
                    NumberFormats::inputs)
            .thenComparingInt(NumberFormats::keys)
            .thenComparingInt(NumberFormats::values)
            .thenComparingInt(NumberFormats::weights)
            .reversed();

    static NumberFormats of(Precision precision) {
        CacheFormat cache = precision.cache();
        return new NumberFormats(
                precision.weights().bits(),
                precision.inputs().bits(),
                cache.keys().bits(),
                cache.values().bits());
    }

    /** Whether inputs and cache are alike: then rows differ by what they store, and may be compared at equal size. */
    boolean runsAs(NumberFormats other) {
        return inputs == other.inputs && keys == other.keys && values == other.values;
    }

    /** The more bits, the earlier; bits of inputs first. */
    @Override
    public int compareTo(NumberFormats other) {
        return FROM_MANY_BITS_TO_FEW.compare(this, other);
    }

    /** Such as W4A16, W4A4KV4 or W8A16K4V3. */
    @Override
    public String toString() {
        return "W" + weights + run();
    }

    /** Formats of what is rounded while a model runs, such as A4KV4. */
    String run() {
        String cache = keys == 16 && values == 16 ? "" : keys == values ? "KV" + keys : "K" + keys + "V" + values;
        return "A" + inputs + cache;
    }
}
