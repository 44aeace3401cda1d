package io.bisup.llm.config;

import java.util.List;

/**
 * Phi-3 and Phi-3.5 (Abdin et al., 2024): Llama's block with q, k and v in one stored matrix and gate and up in another,
 * LongRoPE for long contexts, and one sliding window in every block on request.
 */
record Phi3Family() implements Family {
    private static final String QKV = "self_attn.qkv_proj.weight";
    private static final String GATE_UP = "mlp.gate_up_proj.weight";

    @Override
    public DecoderConfig read(JsonFields fields) {
        SupportedFeatures.refuseBiases(fields);
        int layers = CommonFields.layers(fields);
        // Absent means full attention here, unlike in Mistral's files.
        Integer size = fields.find("sliding_window") == null ? null : Integer.valueOf(fields.integer("sliding_window"));
        LayerTypes.require(fields, size == null ? LayerTypes.FULL : LayerTypes.SLIDING);
        return CommonFields.config(
                Architecture.PHI3,
                fields,
                fields.integer("num_key_value_heads", fields.integer("num_attention_heads")),
                Biases.NONE,
                size == null ? AttentionWindows.FULL : AttentionWindows.everywhere(size, layers));
    }

    @Override
    public StoredPart stored(DecoderConfig config, int layer, BlockTensor parameter) {
        long query = config.queryWidth();
        long keyValue = config.keyValueWidth();
        return switch (parameter) {
            case QUERY -> slice(config, layer, QKV, parameter, 0);
            case KEY -> slice(config, layer, QKV, parameter, query);
            case VALUE -> slice(config, layer, QKV, parameter, query + keyValue);
            case GATE -> slice(config, layer, GATE_UP, parameter, 0);
            case UP -> slice(config, layer, GATE_UP, parameter, config.intermediateSize());
            case INPUT_NORM,
                    QUERY_BIAS,
                    QUERY_NORM,
                    KEY_BIAS,
                    KEY_NORM,
                    VALUE_BIAS,
                    OUTPUT,
                    OUTPUT_BIAS,
                    POST_ATTENTION_NORM,
                    GATE_BIAS,
                    UP_BIAS,
                    DOWN,
                    DOWN_BIAS -> Family.super.stored(config, layer, parameter);
        };
    }

    private static StoredPart slice(
            DecoderConfig config, int layer, String fused, BlockTensor parameter, long firstRow) {
        List<Long> shape = parameter.shape(config);
        long rows =
                fused.equals(QKV) ? config.queryWidth() + 2L * config.keyValueWidth() : 2L * config.intermediateSize();
        return new StoredPart(
                ModelTensors.blockPrefix(layer) + fused, List.of(rows, shape.getLast()), firstRow, shape.getFirst());
    }
}
