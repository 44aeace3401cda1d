package io.bisup.contract;

/**
 * A figure with its uncertainty.
 *
 * @param value the estimate
 * @param stderr its standard error; NaN where there are too few values for one
 */
public record Estimate(double value, double stderr) {}
