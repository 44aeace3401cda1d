package io.bisup.llm.config;

/** Refuses settings that would silently change the block graph of every family, or of one, if they were ignored. */
final class SupportedFeatures {

    private SupportedFeatures() {}

    static void check(JsonFields fields) {
        requireSilu(fields);
        if (fields.number("partial_rotary_factor", 1) != 1) {
            throw ModelConfigException.unsupported(
                    "partial_rotary_factor", "rotating a part of each head is not implemented", "remove the field");
        }
    }

    /** For families whose linear layers have no biases. */
    static void refuseBiases(JsonFields fields) {
        refuse(fields, "attention_bias", "biases on the attention projections of this family");
        refuse(fields, "mlp_bias", "biases in the feed-forward layer of this family");
    }

    static void refuse(JsonFields fields, String name, String feature) {
        if (fields.flag(name)) {
            throw ModelConfigException.unsupported(
                    name, feature + " is not implemented", "use a checkpoint where " + name + " is false");
        }
    }

    private static void requireSilu(JsonFields fields) {
        String activation = fields.text("hidden_act");
        if (activation != null && !activation.equals("silu") && !activation.equals("swish")) {
            throw ModelConfigException.unsupported(
                    "hidden_act", "\"" + activation + "\" is not implemented", "only silu (SwiGLU) can be run");
        }
    }

    /** For those who need the weights as trained. */
    static void requireUnquantized(JsonFields fields) {
        if (fields.find(ConfigDocument.QUANTIZATION) != null) {
            throw ModelConfigException.unsupported(
                    ConfigDocument.QUANTIZATION,
                    "the checkpoint is already quantized by another tool; it can be evaluated, not quantized again",
                    "start from the original 16 or 32-bit checkpoint");
        }
    }
}
