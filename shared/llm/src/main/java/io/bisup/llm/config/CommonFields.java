package io.bisup.llm.config;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** The fields of config.json that all families read alike. */
final class CommonFields {
    private CommonFields() {}

    static DecoderConfig config(
            Architecture architecture, JsonFields fields, int keyValueHeads, Biases biases, AttentionWindows windows) {
        int hidden = fields.integer("hidden_size");
        int heads = fields.integer("num_attention_heads");
        RopeFields rope = RopeFields.of(fields, architecture);
        return new DecoderConfig(
                architecture,
                hidden,
                layers(fields),
                heads,
                keyValueHeads,
                headDim(fields, hidden, heads),
                fields.integer("intermediate_size"),
                fields.integer("vocab_size"),
                fields.number("rms_norm_eps"),
                rope.theta(),
                rope.scaling(),
                fields.flag("tie_word_embeddings"),
                biases.attention(),
                architecture.queryKeyNorm(),
                fields.integer("max_position_embeddings"),
                token(fields, "bos_token_id"),
                token(fields, "eos_token_id"),
                biases.output(),
                biases.feedForward(),
                windows);
    }

    /** Number of blocks, checked here because windows are listed per block. */
    static int layers(JsonFields fields) {
        int layers = fields.integer("num_hidden_layers");
        ConfigRange.of("num_hidden_layers", layers, 1, DecoderConfig.MAX_LAYERS);
        return layers;
    }

    private static int headDim(JsonFields fields, int hidden, int heads) {
        if (fields.find("head_dim") != null) {
            return fields.integer("head_dim");
        }
        ConfigRange.of("num_attention_heads", heads, 1, DecoderConfig.MAX_HEADS);
        if (hidden % heads != 0) {
            throw ModelConfigException.invalid(
                    "hidden_size", hidden + " is not a multiple of num_attention_heads " + heads, "state head_dim");
        }
        return hidden / heads;
    }

    private static @Nullable Integer token(JsonFields fields, String name) {
        JsonNode node = fields.find(name);
        if (node == null) {
            return null;
        }
        if (node.isArray() && node.isEmpty()) {
            throw fields.wrongType(name, node, "a token id");
        }
        return fields.integer(name, node.isArray() ? node.get(0) : node);
    }
}
