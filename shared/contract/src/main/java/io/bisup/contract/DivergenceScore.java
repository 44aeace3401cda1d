package io.bisup.contract;

/** How far the artifact is from its FP model. */
public record DivergenceScore(DivergenceResult divergence) implements Score {}
