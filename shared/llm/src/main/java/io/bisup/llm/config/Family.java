package io.bisup.llm.config;

/**
 * One family of decoders: what its config.json says beyond the fields all read alike, and how its checkpoints store the
 * parameters of a block. Defaults of absent fields are those of transformers.
 */
sealed interface Family permits LlamaFamily, MistralFamily, MinistralFamily, QwenFamily, Phi3Family {
    /** The family of an architecture. */
    static Family of(Architecture architecture) {
        return switch (architecture) {
            case LLAMA -> new LlamaFamily();
            case MISTRAL -> new MistralFamily();
            case MINISTRAL -> new MinistralFamily();
            case QWEN2, QWEN3 -> new QwenFamily(architecture);
            case PHI3 -> new Phi3Family();
        };
    }

    /**
     * Reads the model's shape.
     *
     * @throws ModelConfigException naming the field that is missing, impossible or asks for what is not implemented
     */
    DecoderConfig read(JsonFields fields);

    /** Where a checkpoint keeps one parameter of one block. */
    default StoredPart stored(DecoderConfig config, int layer, BlockTensor parameter) {
        return StoredPart.whole(parameter.name(layer), parameter.shape(config));
    }
}
