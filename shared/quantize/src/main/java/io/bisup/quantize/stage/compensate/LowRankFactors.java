package io.bisup.quantize.stage.compensate;

import ai.djl.ndarray.NDArray;

/**
 * L = A B of one linear.
 *
 * @param a [out, rank]
 * @param b [rank, in]
 */
public record LowRankFactors(NDArray a, NDArray b) {}
