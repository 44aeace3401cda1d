package io.bisup.llm.block;

import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.RopeScaling;

/**
 * The rotary embedding's angular frequencies and amplitude.
 *
 * @param perPosition radians per position, one per pair of head channels
 * @param amplitude multiplies every cosine and sine
 */
@SuppressWarnings("ArrayRecordComponent") // made once a model, never compared
record RotaryFrequencies(float[] perPosition, double amplitude) {
    /** Frequencies of sequences within the context the model was trained on, scaled as the configuration says. */
    static RotaryFrequencies of(DecoderConfig config) {
        return tabulated(config, false);
    }

    /** Frequencies of longer sequences; LongRoPE alone has others there. */
    static RotaryFrequencies ofLongSequences(DecoderConfig config) {
        return tabulated(config, true);
    }

    private static RotaryFrequencies tabulated(DecoderConfig config, boolean longSequences) {
        RopeScaling scaling = config.ropeScaling();
        float[] frequencies = new float[config.headDim() / 2];
        for (int i = 0; i < frequencies.length; i++) {
            double trained = 1 / Math.pow(config.ropeTheta(), 2.0 * i / config.headDim());
            double scaled = switch (scaling) {
                case RopeScaling.Default() -> trained;
                case RopeScaling.Linear(double factor) -> trained / factor;
                case RopeScaling.Llama3 llama -> llama3(trained, llama);
                case RopeScaling.LongRope rope ->
                    trained / rope.factors(longSequences).get(i);
            };
            frequencies[i] = (float) scaled;
        }
        return new RotaryFrequencies(
                frequencies, scaling instanceof RopeScaling.LongRope rope ? rope.attentionFactor() : 1);
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
