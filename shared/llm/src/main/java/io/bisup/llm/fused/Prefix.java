package io.bisup.llm.fused;

import ai.djl.ndarray.NDArray;

/**
 * Exact keys and values that precede every sequence, [1, kv heads, P, head size] each, or empty.
 */
public record Prefix(NDArray keys, NDArray values) {}
