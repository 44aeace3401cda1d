package io.bisup.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** JSON Merge Patch (RFC 7396): objects merge field by field, everything else replaces, null takes a field away. */
public final class MergePatch {

    private MergePatch() {}

    /**
     * A document with some of its fields changed, read as strictly as if it had been sent whole.
     *
     * @throws InvalidSpecException naming the field at fault of the changed document
     */
    public static <T> T apply(T document, ObjectNode patch, Class<T> type) {
        return Json.convert(merged(Json.tree(document), patch), type);
    }

    private static JsonNode merged(JsonNode document, JsonNode patch) {
        if (!(patch instanceof ObjectNode)) {
            return patch;
        }
        ObjectNode merged = document instanceof ObjectNode object
                ? object.deepCopy()
                : Json.mapper().createObjectNode();
        patch.properties().forEach(field -> {
            if (field.getValue().isNull()) {
                merged.remove(field.getKey());
            } else {
                merged.set(field.getKey(), merged(merged.path(field.getKey()), field.getValue()));
            }
        });
        return merged;
    }
}
