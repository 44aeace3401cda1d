package io.bisup.llm.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields sliding_window and layer_types of config.json. */
final class LayerTypes {
    static final String FULL = "full_attention";
    static final String SLIDING = "sliding_attention";
    private static final String FIELD = "layer_types";

    /** What transformers assumes for Mistral, Ministral and Qwen when the field is absent; null is full attention. */
    private static final int DEFAULT_WINDOW = 4096;

    private LayerTypes() {}

    /** The window, 4096 when absent; null where the file says null. */
    static @Nullable Integer windowSize(JsonFields fields) {
        return fields.object().has("sliding_window") && fields.find("sliding_window") == null
                ? null
                : Integer.valueOf(fields.integer("sliding_window", DEFAULT_WINDOW));
    }

    /**
     * The windows of a family whose blocks differ.
     *
     * @param size the window, or null for full attention everywhere
     * @param firstWindowed the first windowed block where layer_types is absent
     */
    static AttentionWindows windows(JsonFields fields, @Nullable Integer size, int firstWindowed) {
        List<String> types = list(fields);
        if (size == null) {
            require(fields, FULL);
            return AttentionWindows.FULL;
        }
        return types.isEmpty()
                ? AttentionWindows.from(firstWindowed, size, CommonFields.layers(fields))
                : new AttentionWindows(size, types.stream().map(SLIDING::equals).toList());
    }

    /** Refuses a list that contradicts what the family does in every block; absent is fine. */
    static void require(JsonFields fields, String type) {
        list(fields).stream().filter(found -> !found.equals(type)).findFirst().ifPresent(other -> {
            throw ModelConfigException.unsupported(
                    FIELD,
                    "\"" + other + "\" contradicts sliding_window and the architecture, whose blocks are all " + type,
                    "set sliding_window, or name the architecture whose blocks differ (Ministral, Qwen2, Qwen3)");
        });
    }

    private static List<String> list(JsonFields fields) {
        JsonNode types = fields.find(FIELD);
        if (types == null) {
            return List.of();
        }
        if (!types.isArray() || types.size() != CommonFields.layers(fields)) {
            throw fields.wrongType(FIELD, types, "a list with one entry per layer");
        }
        List<String> names = new ArrayList<>();
        for (JsonNode type : types) {
            if (!FULL.equals(type.textValue()) && !SLIDING.equals(type.textValue())) {
                throw ModelConfigException.unsupported(
                        FIELD,
                        JsonFields.shown(type) + " is not implemented",
                        "only " + FULL + " and " + SLIDING + " blocks can be run");
            }
            names.add(type.textValue());
        }
        return names;
    }
}
