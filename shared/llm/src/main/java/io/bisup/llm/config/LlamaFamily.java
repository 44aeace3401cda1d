package io.bisup.llm.config;

/** Llama 1 to 3.3: full attention, and biases on all linear layers of attention or of the feed-forward layer on request. */
record LlamaFamily() implements Family {
    @Override
    public DecoderConfig read(JsonFields fields) {
        boolean attention = fields.flag("attention_bias");
        SupportedFeatures.refuse(fields, "use_sliding_window", "attention over a sliding window in this family");
        LayerTypes.require(fields, LayerTypes.FULL);
        // Llama 1 and 2 configurations predate grouped-query attention and may leave the field out.
        int keyValueHeads = fields.integer("num_key_value_heads", fields.integer("num_attention_heads"));
        return CommonFields.config(
                Architecture.LLAMA,
                fields,
                keyValueHeads,
                new Biases(attention, attention, fields.flag("mlp_bias")),
                AttentionWindows.FULL);
    }
}
