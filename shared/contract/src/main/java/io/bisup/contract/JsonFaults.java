package io.bisup.contract;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.bisup.contract.recipe.Written;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is wrong with a document, in our words: Jackson's name Java classes, which tell a submitter nothing. */
final class JsonFaults {

    private static final int MAX_SHOWN = 80;

    private JsonFaults() {}

    /** A misspelt field is named as such, before the field that is missing in its place. */
    static void requireKnownFields(JsonNode node, Type type, String pointer) {
        Type element = Written.element(type);
        if (element != null) {
            requireNoHoles(node, pointer);
        }
        if (node.isArray() && element != null) {
            for (int i = 0; i < node.size(); i++) {
                requireKnownFields(node.get(i), element, pointer + "/" + i);
            }
            return;
        }
        Map<String, Type> known = Written.fields(type, node);
        if (known != null || (element != null && node.isObject())) {
            node.properties().forEach(field -> {
                String at = pointer + "/" + escaped(field.getKey());
                Type of = known == null ? element : known.get(field.getKey());
                if (of == null) {
                    throw unknown(at, Objects.requireNonNull(known).keySet());
                }
                requireKnownFields(field.getValue(), of, at);
            });
        }
    }

    /** A list or map of values has no null among them. */
    private static void requireNoHoles(JsonNode node, String pointer) {
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            requirePresent(node.get(i), pointer + "/" + i);
        }
        node.properties().forEach(field -> requirePresent(field.getValue(), pointer + "/" + escaped(field.getKey())));
    }

    private static void requirePresent(JsonNode value, String pointer) {
        if (value.isNull()) {
            throw new InvalidSpecException(pointer, "is null", "give a value or leave the entry out");
        }
    }

    /** Turns Jackson's path into a JSON Pointer and keeps the cause and remedy of our own exceptions. */
    static InvalidSpecException located(JsonMappingException e) {
        String pointer = e.getPath().stream()
                .map(r -> r.getFieldName() != null ? r.getFieldName() : String.valueOf(r.getIndex()))
                .map(s -> "/" + escaped(s))
                .collect(Collectors.joining());
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof InvalidSpecException own) {
                return new InvalidSpecException(join(pointer, own.field()), own.reason(), own.remedy());
            }
        }
        return switch (e) {
            case UnrecognizedPropertyException unknown ->
                unknown(
                        pointer,
                        unknown.getKnownPropertyIds().stream()
                                .map(String::valueOf)
                                .toList());
            case InvalidFormatException format ->
                new InvalidSpecException(
                        pointer, "cannot be " + shown(format.getValue()), "use " + wanted(format.getTargetType()));
            case MismatchedInputException type ->
                new InvalidSpecException(
                        pointer,
                        isNull(type) ? "is missing" : "has the wrong type",
                        (isNull(type) ? "add " : "use ") + wanted(type.getTargetType()));
            default -> new InvalidSpecException(pointer, "cannot be read", "see the API description at /q/openapi");
        };
    }

    /** What a parser says of malformed text, without what it says of its own insides. */
    static String told(JsonProcessingException e) {
        return e.getOriginalMessage().split(" \\(start marker|, from `|\\n", 2)[0];
    }

    private static InvalidSpecException unknown(String pointer, Collection<String> known) {
        return new InvalidSpecException(
                pointer,
                "is not a field here",
                "use one of " + known.stream().sorted().collect(Collectors.joining(", ")));
    }

    private static boolean isNull(MismatchedInputException e) {
        return String.valueOf(e.getOriginalMessage()).contains("`null`");
    }

    private static String wanted(@Nullable Class<?> type) {
        if (type == null || type == Object.class) {
            return "what the API description says";
        }
        if (type.isEnum()) {
            return "one of "
                    + Arrays.stream(type.getEnumConstants())
                            .map(constant -> Json.write(constant).replace("\"", ""))
                            .collect(Collectors.joining(", "));
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == double.class || type == Double.class) {
            return "a number";
        }
        if (type.isPrimitive() || Number.class.isAssignableFrom(type)) {
            return "a whole number";
        }
        if (type == String.class) {
            return "a string";
        }
        return Collection.class.isAssignableFrom(type) ? "a list" : "an object";
    }

    private static String shown(Object value) {
        String text = String.valueOf(value);
        return "'" + (text.length() > MAX_SHOWN ? text.substring(0, MAX_SHOWN) + "…" : text) + "'";
    }

    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    private static String join(String pointer, String field) {
        String tail = field.isEmpty() || field.startsWith("/") ? field : "/" + field;
        return pointer.endsWith(tail) ? pointer : pointer + tail;
    }
}
