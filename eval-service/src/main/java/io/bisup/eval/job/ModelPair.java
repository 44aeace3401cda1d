package io.bisup.eval.job;

/**
 * An artifact and its FP model, both behind the artifact's prefix.
 *
 * @param modelDigest of the FP model's files
 * @param artifactDigest of the artifact's files
 */
record ModelPair(String modelDigest, String artifactDigest, LazyModel model, LazyModel artifact) {}
