package io.bisup.api.input;

import org.jspecify.annotations.Nullable;

/**
 * A model to bring in.
 *
 * @param name what specs will call it
 * @param source where its Hugging Face folder lies: {@code s3://bucket/prefix}, or {@code file:/folder} in the local profile
 */
public record ModelRequest(@Nullable String name, @Nullable String source) {}
