package io.bisup.contract.recipe;

/**
 * The ranges of what is quantized (Θ1 before learning).
 *
 * @param weights per group, by the weight's own error where searched
 * @param inputs per site, by the output error of its linears where searched
 * @param cache per head, by the error of keys and values where searched
 */
public record Ranges(Range weights, Range inputs, Range cache) {

    public static final Ranges FULL = new Ranges(new Range.Full(), new Range.Full(), new Range.Full());

    public Ranges {
        weights = weights == null ? new Range.Full() : weights;
        inputs = inputs == null ? new Range.Full() : inputs;
        cache = cache == null ? new Range.Full() : cache;
    }
}
