package io.bisup.quantize.stage;

/** What stages read of the inputs of linears, on the quantized stream, before any map. */
public enum Statistic {
    /** Largest magnitude of each channel. */
    ABS_MAX,
    /** Mean square of each channel. */
    MEAN_SQUARE,
    /** Σ x xᵀ over tokens. */
    SECOND_MOMENTS,
    /** Mean of each key channel, where the cache quantizes it. */
    KEY_MEAN
}
