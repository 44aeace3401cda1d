package io.bisup.llm.kernel;

import ai.djl.ndarray.NDArray;

/**
 * What each part of a block's output counts in its loss; an error of token t in channel j counts tokens[t] · channels[j].
 *
 * @param tokens [T, 1] with mean 1; empty where all tokens count the same
 * @param channels [hidden]; empty where all channels count the same
 */
public record LossWeights(NDArray tokens, NDArray channels) {}
