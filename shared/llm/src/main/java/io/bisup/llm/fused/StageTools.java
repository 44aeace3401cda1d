package io.bisup.llm.fused;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.plan.BlockPlan;
import io.bisup.llm.tensor.Kernels;

/**
 * What every stage of a block step works with.
 *
 * @param layer index of the block, or of one whose weights have the same formats
 * @param none an empty tensor, [0, 0]: what is absent or not wanted
 * @param lowPrecision whether the products of linears and attention are computed in bfloat16
 */
record StageTools(
        Kernels kernels,
        Workspace workspace,
        BlockDimensions dimensions,
        BlockPlan plan,
        int layer,
        NDArray none,
        boolean lowPrecision) {}
