package io.bisup.llm.config;

/**
 * Which linear layers of a block add a bias.
 *
 * @param attention q, k and v projections
 * @param output o projection
 * @param feedForward gate, up and down projections
 */
record Biases(boolean attention, boolean output, boolean feedForward) {
    static final Biases NONE = new Biases(false, false, false);
}
