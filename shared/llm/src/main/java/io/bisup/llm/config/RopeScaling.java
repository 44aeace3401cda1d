package io.bisup.llm.config;

/** How rotary frequencies are changed for contexts longer than the one trained on. */
public sealed interface RopeScaling {

    /** Frequencies as trained. */
    record Default() implements RopeScaling {}

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
