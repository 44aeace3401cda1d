package io.bisup.llm.tensor;

import java.util.Locale;

/**
 * The number format in which matrix products of a model's linear layers and attention are computed. Parameters, hidden
 * states, norms, sums and the optimizer are float32 in both.
 */
public enum Compute {
    /** Products of float32 numbers. */
    FLOAT32,
    /** Operands rounded to bfloat16, sums accumulated in float32, results rounded to bfloat16. */
    BFLOAT16;

    /**
     * How many times faster bfloat16 must be measured before {@code auto} takes it on a CPU: processors with bfloat16 units
     * are two to eight times faster, those without half as fast, so that noise never decides.
     */
    static final double WORTHWHILE = 1.3;

    /**
     * Reads the setting of what trains and calibrates.
     *
     * @param setting {@code float32}, {@code bfloat16}, or {@code auto}: bfloat16 on a GPU, and on a CPU where a short
     *     measurement finds its products at least 1.3 times as fast
     * @param runtime on the device that will compute
     * @throws IllegalArgumentException when the setting has another form
     */
    public static Compute parse(String setting, TensorRuntime runtime) {
        return switch (setting.strip().toLowerCase(Locale.ROOT)) {
            case "float32" -> FLOAT32;
            case "bfloat16" -> BFLOAT16;
            case "auto" -> auto(runtime);
            default ->
                throw new IllegalArgumentException(
                        "Compute '" + setting + "' is not known: use auto, float32 or bfloat16.");
        };
    }

    /** What a runtime computes in until it is told: float32 on a CPU, bfloat16 on a GPU. */
    static Compute usual(ComputeDevice device) {
        return device.isGpu() ? BFLOAT16 : FLOAT32;
    }

    private static Compute auto(TensorRuntime runtime) {
        boolean narrow =
                runtime.device().isGpu() || ProductSpeed.measure(runtime).bfloat16ToFloat32() >= WORTHWHILE;
        return narrow ? BFLOAT16 : FLOAT32;
    }

    /** The name in settings and protocols: float32 or bfloat16. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
