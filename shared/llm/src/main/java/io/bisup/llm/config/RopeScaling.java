package io.bisup.llm.config;

import java.util.List;

/** How rotary frequencies are changed for contexts longer than the one trained on. */
public sealed interface RopeScaling {

    /** Frequencies as trained. */
    record Default() implements RopeScaling {}

    /**
     * LongRoPE (Ding et al., 2024), as Phi-3 uses it: every frequency divided by a factor of its own, one list for contexts
     * up to the trained length and one for longer ones, and all cosines and sines multiplied by one number.
     *
     * @param shortFactors divisors, one per pair of head channels, while a sequence fits the trained context
     * @param longFactors divisors for longer sequences, all positions of them
     * @param originalMaxPositions context length of the training before the extension
     * @param attentionFactor multiplies queries and keys through their cosines and sines
     */
    record LongRope(
            List<Double> shortFactors, List<Double> longFactors, int originalMaxPositions, double attentionFactor)
            implements RopeScaling {
        public LongRope {
            shortFactors = List.copyOf(shortFactors);
            longFactors = List.copyOf(longFactors);
            shortFactors.forEach(factor -> ConfigRange.of("rope_scaling.short_factor", factor, 1e-3, 1e6));
            longFactors.forEach(factor -> ConfigRange.of("rope_scaling.long_factor", factor, 1e-3, 1e6));
            ConfigRange.of("original_max_position_embeddings", originalMaxPositions, 2, DecoderConfig.MAX_POSITIONS);
            ConfigRange.of("rope_scaling.attention_factor", attentionFactor, 1e-3, 1e3);
            if (shortFactors.size() != longFactors.size()) {
                throw ModelConfigException.invalid(
                        "rope_scaling.long_factor",
                        "has " + longFactors.size() + " factors, short_factor has " + shortFactors.size(),
                        "use the lists of the original checkpoint");
            }
        }

        /** The divisors for sequences beyond the trained context, or for those within it. */
        public List<Double> factors(boolean longSequences) {
            return longSequences ? longFactors : shortFactors;
        }
    }

    /** Every frequency divided by one factor (position interpolation). */
    record Linear(double factor) implements RopeScaling {
        public Linear {
            ConfigRange.of("rope_scaling.factor", factor, 1, 1e6);
        }
    }

    /**
     * Llama 3.1's piecewise rule: low frequencies divided by the factor, high ones kept, a linear blend between.
     *
     * @param factor divisor of the low frequencies
     * @param lowFrequencyFactor wavelengths above original / this are scaled
     * @param highFrequencyFactor wavelengths below original / this are kept
     * @param originalMaxPositions context length of the training before the extension
     */
    record Llama3(double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalMaxPositions)
            implements RopeScaling {
        public Llama3 {
            ConfigRange.of("rope_scaling.factor", factor, 1, 1e6);
            ConfigRange.of("rope_scaling.low_freq_factor", lowFrequencyFactor, 1e-3, 1e6);
            ConfigRange.of("rope_scaling.high_freq_factor", highFrequencyFactor, 1e-3, 1e6);
            ConfigRange.of(
                    "rope_scaling.original_max_position_embeddings",
                    originalMaxPositions,
                    1,
                    DecoderConfig.MAX_POSITIONS);
            if (highFrequencyFactor <= lowFrequencyFactor) {
                throw ModelConfigException.invalid(
                        "rope_scaling.high_freq_factor",
                        highFrequencyFactor + " is not above low_freq_factor " + lowFrequencyFactor,
                        "use the values of the original checkpoint, e.g. 4.0 and 1.0 for Llama 3.1");
            }
        }
    }
}
