package io.bisup.contract.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A sealed type of the language and how its alternatives are written: an object with the alternative's name as its only
 * field, as {@code {gptq: {damping: 0.01}}}; or the name alone where every field has a default, as {@code nearest}.
 *
 * @param type the sealed interface
 * @param byName its records by snake_case name
 * @param bare the record whose fields may stand without its name, or null
 * @param number the record of one number that may be written as that number, or null
 */
record Choice(
        Class<?> type,
        Map<String, Class<?>> byName,
        @Nullable Class<?> bare,
        @Nullable Class<?> number) {

    private static final Map<Class<?>, Choice> ALL = List.of(
                    of(Transform.class, null, null),
                    of(Scope.class, Scope.Channels.class, null),
                    of(Range.class, null, Range.Fixed.class),
                    of(Rounding.class, null, null),
                    of(Prefix.class, null, null))
            .stream()
            .collect(Collectors.toUnmodifiableMap(Choice::type, Function.identity()));

    /** One alternative: its name, its fields as written, and its record. */
    record Named(String name, JsonNode fields, Class<?> record) {}

    private static Choice of(Class<?> type, @Nullable Class<?> bare, @Nullable Class<?> number) {
        Map<String, Class<?>> byName = Arrays.stream(type.getPermittedSubclasses())
                .collect(Collectors.toUnmodifiableMap(Choice::name, Function.identity()));
        return new Choice(type, byName, bare, number);
    }

    static Iterable<Choice> all() {
        return ALL.values();
    }

    /** The choice that a type is, or null. */
    static @Nullable Choice of(Class<?> type) {
        return ALL.get(type);
    }

    /** SystemPrompt is system_prompt. */
    static String name(Class<?> record) {
        return record.getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
    }

    /** The alternative that an object names as its only field, or null. */
    @Nullable
    Named named(JsonNode node) {
        if (!node.isObject() || node.size() != 1) {
            return null;
        }
        Map.Entry<String, JsonNode> field = node.properties().iterator().next();
        Class<?> record = byName.get(field.getKey());
        return record == null ? null : new Named(field.getKey(), field.getValue(), record);
    }

    /** The names, for an error. */
    String names() {
        return byName.keySet().stream().sorted().collect(Collectors.joining(", "));
    }
}
