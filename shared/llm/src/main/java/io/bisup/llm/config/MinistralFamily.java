package io.bisup.llm.config;

/** Ministral: Mistral's block, with a sliding window in the blocks that layer_types names. */
record MinistralFamily() implements Family {
    @Override
    public DecoderConfig read(JsonFields fields) {
        SupportedFeatures.refuseBiases(fields);
        return CommonFields.config(
                Architecture.MINISTRAL,
                fields,
                fields.integer("num_key_value_heads"),
                Biases.NONE,
                LayerTypes.windows(fields, LayerTypes.windowSize(fields), 0));
    }
}
