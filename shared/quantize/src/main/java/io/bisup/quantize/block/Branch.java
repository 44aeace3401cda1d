package io.bisup.quantize.block;

import ai.djl.ndarray.NDArray;

/**
 * Θ3 of one linear.
 *
 * @param a [out, rank]
 * @param b [rank, in]
 */
public record Branch(NDArray a, NDArray b) {}
