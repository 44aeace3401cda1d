package io.bisup.llm.quant;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.model.KeyValues;
import org.jspecify.annotations.Nullable;

/**
 * What quantizing a block decided, before rounding: everything in the kernels' order, empty where there is nothing.
 *
 * @param weights folded parameters, 14 (see {@link KernelOrder#PARAMETERS})
 * @param high clip factors on upper ends (symmetric: on both) of the seven weights, [out, groups]
 * @param low clip factors on lower ends; as {@code high} for symmetric formats
 * @param activationClip factors of the four inputs, [groups]
 * @param keyValueClip factors of keys and values, [kv heads]
 * @param a low-rank branches, [out, rank]
 * @param b low-rank branches, [rank, in]
 * @param prefix exact keys and values that precede every sequence, or null
 */
@SuppressWarnings("ArrayRecordComponent") // a bundle of kernel arguments, never compared
public record BlockSolution(
        NDArray[] weights,
        NDArray[] high,
        NDArray[] low,
        NDArray[] activationClip,
        NDArray[] keyValueClip,
        NDArray[] a,
        NDArray[] b,
        @Nullable KeyValues prefix) {}
