package io.bisup.contract;

import org.jspecify.annotations.Nullable;

/**
 * What is done to a model: a paper is a preset of this, not a package. A stage that is null is off.
 *
 * @param name the preset's name, or the user's own
 * @param base transformation that precedes everything
 * @param weights format of the seven linear weights of each block
 * @param activations format of the linears' inputs
 * @param keyValue format of the key-value cache (after RoPE)
 * @param clipping Θ1, learned fine-grained clipping
 * @param smoothing Θ2, soft-constrained smoothing
 * @param lowRank Θ3, stabilized low-rank compensation
 * @param prefix whose key-value cache stays in high precision
 * @param training how Θ1 to Θ3 are learned; null when nothing is learned
 * @param calibration what is read of the calibration data
 */
public record Recipe(
        String name,
        Base base,
        TensorFormat weights,
        TensorFormat activations,
        TensorFormat keyValue,
        @Nullable Clipping clipping,
        @Nullable Smoothing smoothing,
        @Nullable LowRank lowRank,
        Prefix prefix,
        @Nullable Training training,
        Calibration calibration) {

    public Recipe {
        Check.name(name, "name");
        base = base == null ? Base.NONE : base;
        Check.present(weights, "weights");
        Check.present(activations, "activations");
        Check.present(keyValue, "keyValue");
        prefix = prefix == null ? Prefix.NONE : prefix;
        calibration = calibration == null ? Calibration.DEFAULT : calibration;
        boolean learns = clipping != null || smoothing != null || lowRank != null;
        Check.require(
                learns || training == null,
                "training",
                "has nothing to learn",
                "add clipping, smoothing or lowRank, or leave training out");
        Check.require(
                !learns || training != null,
                "training",
                "is missing",
                "say how clipping, smoothing and lowRank are learned");
        if (clipping != null) {
            requireQuantized(clipping.weights(), weights, "clipping/weights");
            requireQuantized(clipping.activations(), activations, "clipping/activations");
            requireQuantized(clipping.keyValue(), keyValue, "clipping/keyValue");
        }
        Check.require(
                lowRank == null || weights.quantizes(),
                "lowRank",
                "has no weight error to reconstruct at 16 bits",
                "leave it out or quantize the weights");
    }

    private static void requireQuantized(boolean clipped, TensorFormat format, String field) {
        Check.require(
                !clipped || format.quantizes(),
                field,
                "has no range to clip at 16 bits",
                "set it to false or quantize");
    }

    /** This recipe, reading other calibration windows. */
    public Recipe withCalibration(Calibration other) {
        return new Recipe(
                name, base, weights, activations, keyValue, clipping, smoothing, lowRank, prefix, training, other);
    }

    /** Transformation that leaves the FP function unchanged and precedes quantization. */
    public enum Base {
        NONE,
        ATOM,
        QUAROT
    }

    /** Whose keys and values stay in high precision (methods: prompt mixed-precision). */
    public enum Prefix {
        NONE,
        /** The tokenizer's BOS token, or its EOS token where it has no BOS. */
        BOS,
        /** The job's system prompt, rendered; as {@link #BOS} where the job has none. */
        SYSTEM_PROMPT
    }

    /** Θ1: which ranges get learned clip factors. */
    public record Clipping(boolean weights, boolean activations, boolean keyValue) {
        public Clipping {
            Check.require(
                    weights || activations || keyValue,
                    "clipping",
                    "clips nothing",
                    "set one of its fields to true, or leave clipping out");
        }
    }

    /**
     * Θ2: s = s0·exp(ln(bound)·tanh θ).
     *
     * @param alpha exponent of the SmoothQuant start s0, 0 to 1
     * @param bound largest factor by which s may leave s0, above 1
     */
    public record Smoothing(double alpha, double bound) {
        public Smoothing {
            Check.range(alpha, 0, 1, "alpha");
            Check.range(bound, 1.0001, 64, "bound");
        }
    }

    /**
     * Θ3: Y += X̃ Bᵀ Aᵀ.
     *
     * @param rank columns of A and rows of B
     * @param start where A and B start from
     * @param learningRate of A and B; small, because few samples must not be learnt by heart
     */
    public record LowRank(int rank, Start start, double learningRate) {
        /** Where A and B start from. */
        public enum Start {
            WHITENED_SVD,
            SVD,
            ZERO
        }

        public LowRank {
            Check.range(rank, 1, 1024, "rank");
            Check.present(start, "start");
            Check.range(learningRate, 0, 1, "learningRate");
        }
    }

    /**
     * Block-wise training of Θ.
     *
     * @param epochs passes over the samples for each block
     * @param learningRate AdamW's, for Θ1 and Θ2
     * @param heldOut samples kept aside to see over-fitting; never more than a quarter of them, see {@link #heldOutOf}
     */
    public record Training(int epochs, double learningRate, int heldOut) {
        public Training {
            Check.range(epochs, 1, 1000, "epochs");
            Check.range(learningRate, 0, 1, "learningRate");
            Check.range(heldOut, 0, 1024, "heldOut");
        }

        /** How many of so many samples are held out: at most a quarter, for what is held out is not learnt from. */
        public int heldOutOf(int samples) {
            return Math.min(heldOut, samples / 4);
        }
    }

    /**
     * Windows of calibration tokens.
     *
     * @param samples number of windows
     * @param sequenceLength tokens of each
     * @param seed of the sampling (Python's Mersenne Twister, as the published recipes)
     */
    public record Calibration(int samples, int sequenceLength, long seed) {
        static final Calibration DEFAULT = new Calibration(128, 2048, 0);

        public Calibration {
            Check.range(samples, 1, 65_536, "samples");
            Check.range(sequenceLength, 2, 1_048_576, "sequenceLength");
            Check.range(seed, 0, Integer.MAX_VALUE, "seed");
        }
    }
}
