package io.bisup.llm.block;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.config.BlockTensor;

/** Sees what a block computes on the way; tensors belong to the caller's scope and must not be kept. */
public interface BlockObserver {

    /** Sees nothing. */
    BlockObserver NONE = new BlockObserver() {};

    /** An input of linears, [B, T, in] in each state. */
    default void input(Site site, InputPath.Read read) {}

    /** What a linear gives, bias included: [B, T, out]. */
    default void output(BlockTensor linear, NDArray output) {}

    /** Keys [B, kv heads, T, head dim] at the place where the cache quantizes them, before it does. */
    default void keys(NDArray keys) {}

    /** Values [B, kv heads, T, head dim] before the cache quantizes them. */
    default void values(NDArray values) {}

    /** Queries [B, heads, T, head dim] and all keys [B, kv heads, S, head dim], both as attention multiplies them. */
    default void attention(NDArray queries, NDArray keys) {}
}
