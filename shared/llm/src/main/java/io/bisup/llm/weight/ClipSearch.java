package io.bisup.llm.weight;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.recipe.Format;

/** Finds the ranges of a weight's groups by trying factors (methods §1.3; the reference codes of GPTQ and QuaRot). */
@FunctionalInterface
public interface ClipSearch {

    /**
     * For each tile the factor on both ends of its range with the least Σ|w − ŵ|^norm, the first of equal ones.
     *
     * @param weight float32 [out, in]
     * @param norm 2, or 2.4 in QuaRot
     * @param candidates factors in (0, 1]
     * @return [tiles, groups] float32, a tensor of the open scope
     */
    NDArray best(NDArray weight, Format format, double norm, double... candidates);
}
