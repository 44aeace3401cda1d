package io.bisup.llm.artifact;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.block.LowRankBranch;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.transform.ChannelMap;
import io.bisup.llm.weight.StoredWeight;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A block as it is stored: codes and layout. Tensors are the caller's and must stay open until they are written.
 *
 * @param exact parameters stored as they are, norms and biases [width], weights [out, in] that are not rounded
 * @param weights the rounded linear weights, [out, in] each
 * @param branches low-rank branches, where there are any
 * @param online maps of each input that act at run time
 * @param inputClips factors on the ranges of each input, [groups] per segment; absent or empty for the full range
 * @param keyClip factors on the range of each head's keys, [kv heads, 1, 1]; empty for the full range
 * @param valueClip factors on the range of each head's values, [kv heads, 1, 1]; empty for the full range
 * @param keyOffset what the cache subtracts from keys, [1, kv heads, 1, head dim]; or null
 * @param prefix exact keys (after RoPE) and values that precede every sequence, or null
 */
public record StoredBlock(
        Map<BlockTensor, NDArray> exact,
        Map<BlockTensor, StoredWeight> weights,
        Map<BlockTensor, LowRankBranch> branches,
        Map<Site, List<ChannelMap>> online,
        Map<Site, List<NDArray>> inputClips,
        NDArray keyClip,
        NDArray valueClip,
        @Nullable NDArray keyOffset,
        @Nullable KeyValues prefix) {}
