package io.bisup.llm.config;

import com.fasterxml.jackson.databind.JsonNode;

/** Refuses settings that would silently change the block graph if they were ignored. */
final class SupportedFeatures {

    private SupportedFeatures() {}

    static void check(JsonFields fields) {
        refuse(fields, "use_sliding_window", "attention over a sliding window");
        refuse(fields, "attention_bias", "biases on all four attention projections");
        refuse(fields, "mlp_bias", "biases in the feed-forward layer");
        requireFullAttention(fields);
        requireSilu(fields);
        requireUnquantized(fields);
        if (fields.number("partial_rotary_factor", 1) != 1) {
            throw ModelConfigException.unsupported(
                    "partial_rotary_factor", "rotating a part of each head is not implemented", "remove the field");
        }
    }

    private static void refuse(JsonFields fields, String name, String feature) {
        if (fields.flag(name)) {
            throw ModelConfigException.unsupported(
                    name, feature + " is not implemented", "use a checkpoint where " + name + " is false");
        }
    }

    private static void requireFullAttention(JsonFields fields) {
        JsonNode types = fields.find("layer_types");
        if (types == null) {
            return;
        }
        if (!types.isArray() || types.size() != fields.integer("num_hidden_layers")) {
            throw fields.wrongType("layer_types", types, "a list with one entry per layer");
        }
        for (JsonNode type : types) {
            if (!"full_attention".equals(type.textValue())) {
                throw ModelConfigException.unsupported(
                        "layer_types", type + " is not implemented", "only full_attention layers can be run");
            }
        }
    }

    private static void requireSilu(JsonFields fields) {
        String activation = fields.text("hidden_act");
        if (activation != null && !activation.equals("silu") && !activation.equals("swish")) {
            throw ModelConfigException.unsupported(
                    "hidden_act", "\"" + activation + "\" is not implemented", "only silu (SwiGLU) can be run");
        }
    }

    private static void requireUnquantized(JsonFields fields) {
        if (fields.find("quantization_config") != null) {
            throw ModelConfigException.unsupported(
                    "quantization_config",
                    "the checkpoint is already quantized by another tool",
                    "start from the original 16 or 32-bit checkpoint");
        }
    }
}
