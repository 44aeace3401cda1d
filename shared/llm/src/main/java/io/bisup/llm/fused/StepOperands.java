package io.bisup.llm.fused;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.recipe.LowRank;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.LowRankBranch;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.plan.BlockOperands;
import io.bisup.llm.transform.ChannelMap;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a block is computed with, and the gradients that a backward pass adds to.
 *
 * @param none an empty tensor, [0, 0]
 */
record StepOperands(BlockOperands values, OperandGradients gradients, NDArray none) {

    /** One of the parameters of the block; an empty tensor where it has none of that name. */
    NDArray parameter(@Nullable BlockTensor name) {
        NDArray tensor = name == null ? null : values.weights().find(name);
        return tensor == null ? none : tensor;
    }

    /** The gradient of a parameter of the block; empty where none is wanted. */
    NDArray gradient(@Nullable BlockTensor name) {
        return gradients.of(parameter(name));
    }

    /** Factors on the ranges of a weight, one for each of so many segments. */
    List<Clip> clips(BlockTensor linear, int segments) {
        return clips(linear, segments, tensor -> tensor);
    }

    /** Gradients of {@link #clips(BlockTensor, int)}. */
    List<Clip> clipGradients(BlockTensor linear, int segments) {
        return clips(linear, segments, gradients::of);
    }

    private List<Clip> clips(BlockTensor linear, int segments, UnaryOperator<NDArray> choice) {
        List<BlockOperands.Clip> clips = values.weightClips().get(linear);
        return clips == null
                ? full(segments)
                : clips.stream()
                        .map(clip -> Clip.of(choice.apply(clip.high()), choice.apply(clip.low())))
                        .toList();
    }

    /** Factors on the ranges of an input, one for each of so many segments; one factor serves both ends of a range. */
    List<Clip> clips(Site site, int segments) {
        return clips(site, segments, tensor -> tensor);
    }

    /** Gradients of {@link #clips(Site, int)}. */
    List<Clip> clipGradients(Site site, int segments) {
        return clips(site, segments, gradients::of);
    }

    private List<Clip> clips(Site site, int segments, UnaryOperator<NDArray> choice) {
        List<NDArray> clips = values.inputClips().get(site);
        return clips == null
                ? full(segments)
                : clips.stream()
                        .map(choice)
                        .map(factors -> Clip.of(factors, factors))
                        .toList();
    }

    private static List<Clip> full(int segments) {
        return java.util.Collections.nCopies(segments, Clip.NONE);
    }

    /** The maps of an input that act at run time. */
    List<ChannelMap> online(Site site) {
        return values.online().getOrDefault(site, List.of());
    }

    /** The low-rank branch of a linear; one of empty tensors where it has none. */
    LowRankBranch branch(BlockTensor linear) {
        LowRankBranch branch = values.branches().get(linear);
        return branch == null ? new LowRankBranch(none, none, LowRank.Reads.EXACT) : branch;
    }
}
