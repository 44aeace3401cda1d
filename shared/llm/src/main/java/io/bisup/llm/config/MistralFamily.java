package io.bisup.llm.config;

/** Mistral: Llama's block with one sliding window in every block, or with full attention where it is null. */
record MistralFamily() implements Family {
    @Override
    public DecoderConfig read(JsonFields fields) {
        SupportedFeatures.refuseBiases(fields);
        Integer size = LayerTypes.windowSize(fields);
        LayerTypes.require(fields, size == null ? LayerTypes.FULL : LayerTypes.SLIDING);
        int layers = CommonFields.layers(fields);
        return CommonFields.config(
                Architecture.MISTRAL,
                fields,
                fields.integer("num_key_value_heads"),
                Biases.NONE,
                size == null ? AttentionWindows.FULL : AttentionWindows.everywhere(size, layers));
    }
}
