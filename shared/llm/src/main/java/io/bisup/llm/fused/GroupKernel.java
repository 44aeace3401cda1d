package io.bisup.llm.fused;

/**
 * Fake quantization of one group of consecutive elements, forward and backward.
 *
 * <p>The straight-through estimator: the gradient of rounding is the identity, that of clamping is exact, the zero point is a
 * constant, and the gradient flows through the scale both at the division and at the multiplication.
 */
sealed interface GroupKernel permits SymmetricKernel, AsymmetricKernel {
    /** What keeps the scale of a dead group from zero. */
    float SMALLEST = 1e-5f;

    static GroupKernel of(int bits, boolean symmetric, boolean storedScale) {
        return symmetric ? SymmetricKernel.of(bits, storedScale) : AsymmetricKernel.of(bits, storedScale);
    }

    /**
     * Writes the dequantized group.
     *
     * @param high clip factor of the range, or of its upper end when asymmetric
     * @param low clip factor of the lower end
     */
    void forward(long x, long out, int length, float high, float low);

    /**
     * Adds to the gradients of the input and of the clip factors.
     *
     * @param dx address of the input's gradient, 0 when nobody asks for it
     * @param dClip pairs of gradients (high, low)
     * @param cell which pair
     */
    void backward(long x, long dOut, long dx, int length, float high, float low, float[] dClip, int cell);

    /** The nearest bfloat16 number, half to even: a scale as the artifact stores it. */
    static float bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return Float.intBitsToFloat((bits + 0x7FFF + ((bits >>> 16) & 1)) & 0xFFFF0000);
    }
}
