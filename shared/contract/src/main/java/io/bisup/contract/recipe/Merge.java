package io.bisup.contract.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Type;
import java.util.Map;

/**
 * One document over another, as a JSON Merge Patch (RFC 7386): objects merge field by field, everything else replaces, null
 * takes a field away. An alternative of a {@link Choice} replaces another and merges with itself.
 */
final class Merge {

    private Merge() {}

    /**
     * Merges.
     *
     * @param type what both documents are
     */
    static JsonNode of(JsonNode base, JsonNode over, Type type) {
        if (!(base instanceof ObjectNode) || !(over instanceof ObjectNode)) {
            return over;
        }
        if (type instanceof Class<?> known && Choice.of(known) != null && !alike(base, over, known)) {
            return over;
        }
        Map<String, Type> fields = Written.fields(type, over);
        Type element = Written.element(type);
        ObjectNode merged = base.deepCopy();
        over.properties().forEach(field -> {
            String name = field.getKey();
            JsonNode old = merged.get(name);
            Type of = fields == null ? element : fields.get(name);
            if (field.getValue().isNull()) {
                merged.remove(name);
            } else if (old == null || of == null) {
                merged.set(name, field.getValue());
            } else {
                merged.set(name, of(old, field.getValue(), of));
            }
        });
        return merged;
    }

    /** Whether both are the same alternative. */
    private static boolean alike(JsonNode base, JsonNode over, Class<?> type) {
        Choice choice = java.util.Objects.requireNonNull(Choice.of(type));
        Choice.Named left = choice.named(base);
        Choice.Named right = choice.named(over);
        if (left == null || right == null) {
            return left == null && right == null;
        }
        return left.record().equals(right.record());
    }
}
