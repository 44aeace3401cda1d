package io.bisup.llm.plan;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.block.LowRankBranch;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.transform.ChannelMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a block is computed with while its values are being found. Tensors are the caller's; with recording kernels they
 * depend on what is learnt.
 *
 * @param weights folded, before rounding; each of the shape in {@link BlockTensor#shape}
 * @param weightClips factors on the ranges of each linear weight, one {@link Clip} per segment; absent for the full range
 * @param inputClips factors on the ranges of each input, [groups] per segment; absent for the full range
 * @param keyClip factors on the range of each head's keys, [kv heads, 1, 1]; empty for the full range
 * @param valueClip factors on the range of each head's values, [kv heads, 1, 1]; empty for the full range
 * @param keyOffset what the cache subtracts from keys, [1, kv heads, 1, head dim]; or null
 * @param branches low-rank branches, where there are any
 * @param online maps of each input that act at run time, in order
 */
public record BlockOperands(
        DecoderBlockWeights weights,
        Map<BlockTensor, List<Clip>> weightClips,
        Map<Site, List<NDArray>> inputClips,
        NDArray keyClip,
        NDArray valueClip,
        @Nullable NDArray keyOffset,
        Map<BlockTensor, LowRankBranch> branches,
        Map<Site, List<ChannelMap>> online) {

    /** Copies the maps, not the tensors. */
    public BlockOperands {
        weightClips = Map.copyOf(weightClips);
        inputClips = Map.copyOf(inputClips);
        branches = Map.copyOf(branches);
        online = Map.copyOf(online);
    }

    /** The same with other weights, of the same shapes. */
    public BlockOperands with(DecoderBlockWeights others) {
        return new BlockOperands(others, weightClips, inputClips, keyClip, valueClip, keyOffset, branches, online);
    }

    /**
     * Factors on the ranges of a weight's segment.
     *
     * @param high upper (symmetric: both) ends, [out / shared rows, groups]; empty for the full range
     * @param low lower ends, of the same shape; {@code high} itself when symmetric
     */
    public record Clip(NDArray high, NDArray low) {}
}
