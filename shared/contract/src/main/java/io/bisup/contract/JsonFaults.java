package io.bisup.contract;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is wrong with a document, in our words: Jackson's name Java classes, which tell a submitter nothing. */
final class JsonFaults {

    private static final int MAX_SHOWN = 80;

    private JsonFaults() {}

    /** A misspelt field is named as such, before the field that is missing in its place. */
    static void requireKnownFields(JsonNode node, Type type, String pointer) {
        if (node.isArray() && type instanceof ParameterizedType list) {
            for (int i = 0; i < node.size(); i++) {
                requireKnownFields(node.get(i), list.getActualTypeArguments()[0], pointer + "/" + i);
            }
        } else if (node.isObject() && type instanceof Class<?> record && record.isRecord()) {
            List<RecordComponent> known = List.of(record.getRecordComponents());
            node.properties().forEach(field -> {
                String at = pointer + "/" + escaped(field.getKey());
                RecordComponent component = known.stream()
                        .filter(c -> c.getName().equals(field.getKey()))
                        .findFirst()
                        .orElseThrow(() -> unknown(
                                at, known.stream().map(RecordComponent::getName).toList()));
                requireKnownFields(field.getValue(), component.getGenericType(), at);
            });
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
