package io.bisup.quantize.learn;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.recipe.Learning;
import io.bisup.quantize.block.Draft;
import java.util.ArrayList;
import java.util.List;

/**
 * The parameters of a draft that are learnt, in a fixed order.
 *
 * @param rangesAndTransforms Θ1 and Θ2, of the shapes that the methods of {@link Draft} say
 * @param lowRank Θ3, A [out, rank] and B [rank, in] of each branch
 */
record Learnt(List<NDArray> rangesAndTransforms, List<NDArray> lowRank) {

    Learnt {
        rangesAndTransforms = List.copyOf(rangesAndTransforms);
        lowRank = List.copyOf(lowRank);
    }

    static Learnt of(Learning learning, Draft draft) {
        List<NDArray> first = new ArrayList<>();
        if (learning.learns(Learning.Space.TRANSFORMS)) {
            first.addAll(draft.maps().smoothingParameters());
        }
        if (learning.learns(Learning.Space.WEIGHT_RANGES)) {
            first.addAll(draft.weightRanges());
        }
        if (learning.learns(Learning.Space.INPUT_RANGES)) {
            first.addAll(draft.inputRanges());
        }
        if (learning.learns(Learning.Space.CACHE_RANGES)) {
            first.addAll(draft.cacheRanges());
        }
        return new Learnt(first, learning.learns(Learning.Space.LOW_RANK) ? draft.lowRankFactors() : List.of());
    }

    boolean isEmpty() {
        return rangesAndTransforms.isEmpty() && lowRank.isEmpty();
    }

    List<NDArray> all() {
        List<NDArray> all = new ArrayList<>(rangesAndTransforms);
        all.addAll(lowRank);
        return all;
    }
}
