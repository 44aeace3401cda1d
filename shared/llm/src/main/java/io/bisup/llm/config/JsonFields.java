package io.bisup.llm.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.llm.config.ModelConfigException.Code;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Typed access to the fields of one JSON object of a config.json; JSON null counts as absent, as it does in transformers.
 *
 * @param object the object
 * @param prefix what its fields' names begin with in messages, such as {@code rope_scaling.}; empty for the file itself
 */
public record JsonFields(JsonNode object, String prefix) {

    /** A field's value, or null when it is absent. */
    public @Nullable JsonNode find(String name) {
        JsonNode node = object.get(name);
        return node == null || node.isNull() ? null : node;
    }

    /** A field that has no safe default. */
    public JsonNode require(String name) {
        JsonNode node = find(name);
        if (node == null) {
            throw new ModelConfigException(
                    Code.MISSING_FIELD,
                    prefix + name,
                    "is missing and has no safe default",
                    "add it as in the original checkpoint's config.json");
        }
        return node;
    }

    /** A 32-bit integer that has no safe default. */
    public int integer(String name) {
        return integer(name, require(name));
    }

    /** A 32-bit integer, or a default. */
    public int integer(String name, int otherwise) {
        JsonNode node = find(name);
        return node == null ? otherwise : integer(name, node);
    }

    int integer(String name, JsonNode node) {
        if (!node.isIntegralNumber() || !node.canConvertToInt()) {
            throw wrongType(name, node, "a 32-bit integer");
        }
        return node.intValue();
    }

    double number(String name) {
        return number(name, require(name));
    }

    double number(String name, double otherwise) {
        JsonNode node = find(name);
        return node == null ? otherwise : number(name, node);
    }

    double number(String name, JsonNode node) {
        if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
            throw wrongType(name, node, "a finite number");
        }
        return node.doubleValue();
    }

    /** True or false; false when absent. */
    public boolean flag(String name) {
        JsonNode node = find(name);
        if (node != null && !node.isBoolean()) {
            throw wrongType(name, node, "true or false");
        }
        return node != null && node.booleanValue();
    }

    /** A string, or null when it is absent. */
    public @Nullable String text(String name) {
        JsonNode node = find(name);
        if (node != null && !node.isTextual()) {
            throw wrongType(name, node, "a string");
        }
        return node == null ? null : node.textValue();
    }

    /** The nested object, or null when absent. */
    public @Nullable JsonFields nested(String name) {
        JsonNode node = find(name);
        if (node != null && !node.isObject()) {
            throw wrongType(name, node, "an object");
        }
        return node == null ? null : new JsonFields(node, prefix + name + ".");
    }

    /** The error for a value that is not what it must be. */
    public ModelConfigException wrongType(String name, JsonNode node, String wanted) {
        return ModelConfigException.invalid(
                prefix + name,
                shown(node) + " is not " + wanted,
                "copy the value from the original checkpoint's config.json");
    }

    /** A value as messages show it: at most 60 characters. */
    public static String shown(JsonNode node) {
        String text = node.toString();
        return text.length() > 60 ? text.substring(0, 60) + "..." : text;
    }

    /** Between 1 and 4096 finite numbers. */
    List<Double> numbers(String name) {
        JsonNode node = require(name);
        if (!node.isArray() || node.isEmpty() || node.size() > 4096) {
            throw wrongType(name, node, "a list of numbers");
        }
        List<Double> values = new ArrayList<>();
        node.forEach(value -> values.add(number(name, value)));
        return values;
    }
}
