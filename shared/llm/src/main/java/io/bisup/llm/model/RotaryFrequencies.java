package io.bisup.llm.model;

import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.RopeScaling;

/** Angular frequencies of the rotary embedding, in radians per position, one per pair of head channels. */
final class RotaryFrequencies {
    private RotaryFrequencies() {}

    /** headDim / 2 frequencies, scaled as the configuration says. */
    static float[] of(DecoderConfig config) {
        int half = config.headDim() / 2;
        float[] frequencies = new float[half];
        for (int i = 0; i < half; i++) {
            double frequency = 1 / Math.pow(config.ropeTheta(), 2.0 * i / config.headDim());
            frequencies[i] = (float) scaled(frequency, config.ropeScaling());
        }
        return frequencies;
    }

    private static double scaled(double frequency, RopeScaling scaling) {
        return switch (scaling) {
            case RopeScaling.Default() -> frequency;
            case RopeScaling.Linear(double factor) -> frequency / factor;
            case RopeScaling.Llama3 llama -> llama3(frequency, llama);
        };
    }

    /** Llama 3.1: waves longer than the trained context are stretched, short ones kept, those between blended. */
    private static double llama3(double frequency, RopeScaling.Llama3 scaling) {
        double wavesInContext = scaling.originalMaxPositions() * frequency / (2 * Math.PI);
        double low = scaling.lowFrequencyFactor();
        double high = scaling.highFrequencyFactor();
        double kept = Math.clamp((wavesInContext - low) / (high - low), 0, 1);
        return kept * frequency + (1 - kept) * frequency / scaling.factor();
    }
}
