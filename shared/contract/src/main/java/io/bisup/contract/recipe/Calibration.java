package io.bisup.contract.recipe;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.bisup.contract.Check;

/**
 * Windows of calibration tokens.
 *
 * @param samples number of windows
 * @param sequenceLength tokens of each
 * @param seed of the sampling (Python's Mersenne Twister, as the published recipes)
 */
public record Calibration(
        int samples,
        int sequenceLength,
        @JsonProperty(defaultValue = "0") long seed) {

    /** 128 windows of 2048 tokens, seed 0. */
    public static final Calibration DEFAULT = new Calibration(128, 2048, 0);

    public Calibration {
        Check.range(samples, 1, 65_536, "samples");
        Check.range(sequenceLength, 2, 1_048_576, "sequenceLength");
        Check.range(seed, 0, Integer.MAX_VALUE, "seed");
    }
}
