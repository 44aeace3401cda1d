package io.bisup.quantize.block;

import ai.djl.ndarray.NDArray;
import org.jspecify.annotations.Nullable;

/**
 * Θ1 of one segment of a weight: clip factor = σ(logit).
 *
 * @param high of upper (symmetric: both) ends, [out / shared rows, groups]
 * @param low of lower ends, of the same shape; null when symmetric
 */
public record RangeLogits(NDArray high, @Nullable NDArray low) {}
