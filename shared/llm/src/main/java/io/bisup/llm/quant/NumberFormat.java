package io.bisup.llm.quant;

/**
 * A uniform integer format (definitions: Nagel et al. 2021, "A White Paper on Neural Network Quantization", §2).
 *
 * @param bits 2 to 8, or 16 for values left as they are
 * @param symmetric true: codes −2^(b−1) … 2^(b−1)−1 and no zero point; false: codes 0 … 2^b−1 and a zero point among them
 */
public record NumberFormat(int bits, boolean symmetric) {

    /** Values left as they are. */
    public static final NumberFormat NONE = new NumberFormat(16, true);

    public NumberFormat {
        if (bits != 16 && (bits < 2 || bits > 8)) {
            throw new IllegalArgumentException("bits is " + bits + "; use 2 to 8, or 16 to leave values as they are");
        }
    }

    public static NumberFormat of(TensorFormat format) {
        return new NumberFormat(format.bits(), format.symmetric());
    }

    /** Whether values change at all. */
    public boolean quantizes() {
        return bits < 16;
    }

    /** What is added to a signed code to store it unsigned. */
    public int offset() {
        return symmetric ? 1 << (bits - 1) : 0;
    }

    /** Largest unsigned code. */
    public int maxCode() {
        return (1 << bits) - 1;
    }
}
