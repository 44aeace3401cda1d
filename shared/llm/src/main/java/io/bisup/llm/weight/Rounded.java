package io.bisup.llm.weight;

/**
 * A rounded weight and how it came about.
 *
 * @param how whether errors were compensated
 * @param damping part of the mean second moment that was added to the diagonal; 0 where none was needed
 * @param deadChannels input channels that were never active in the calibration data
 */
public record Rounded(StoredWeight weight, How how, double damping, int deadChannels) {

    /** Ways of rounding. */
    public enum How {
        /** Each value to its nearest code. */
        NEAREST,
        /** Errors were compensated by the columns behind. */
        COMPENSATED,
        /** Nearest, because the second moments could not be factored even with full damping. */
        FELL_BACK
    }

    static Rounded nearest(StoredWeight weight) {
        return new Rounded(weight, How.NEAREST, 0, 0);
    }
}
