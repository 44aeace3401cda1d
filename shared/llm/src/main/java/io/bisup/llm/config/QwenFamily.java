package io.bisup.llm.config;

/**
 * Qwen 1.5 to 2.5 (biases on q, k and v) and Qwen 3 (a head size of its own, normalised queries and keys, biases on all
 * four attention projections on request). Later blocks attend over a sliding window where use_sliding_window says so.
 *
 * @param architecture QWEN2 or QWEN3
 */
record QwenFamily(Architecture architecture) implements Family {
    private static final int FULL_BLOCKS = 28;

    @Override
    public DecoderConfig read(JsonFields fields) {
        Integer size = fields.flag("use_sliding_window") ? LayerTypes.windowSize(fields) : null;
        if (architecture == Architecture.QWEN3) {
            fields.integer("head_dim");
        }
        return CommonFields.config(
                architecture,
                fields,
                fields.integer("num_key_value_heads"),
                biases(fields),
                LayerTypes.windows(fields, size, fields.integer("max_window_layers", FULL_BLOCKS)));
    }

    private Biases biases(JsonFields fields) {
        SupportedFeatures.refuse(fields, "mlp_bias", "biases in the feed-forward layer of this family");
        if (architecture == Architecture.QWEN3) {
            boolean attention = fields.flag("attention_bias");
            return new Biases(attention, attention, false);
        }
        SupportedFeatures.refuse(fields, "attention_bias", "a bias on the output projection of this family");
        return new Biases(true, false, false);
    }
}
