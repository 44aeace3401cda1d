package io.bisup.contract.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which fields a document may have where a type of the contract stands. */
public final class Written {

    /** Fields that no document of version 1 has. */
    private static final List<String> NEW =
            List.of("version", "transforms", "precision", "ranges", "rounding", "compensation", "learning", "about");

    private static final Set<String> OLD_BASES = Set.of("none", "atom", "quarot");

    private Written() {}

    /**
     * The fields that {@code node} may have where a {@code type} stands, and what each holds.
     *
     * @return null where fields are free or {@code node} has none
     */
    public static @Nullable Map<String, Type> fields(Type type, JsonNode node) {
        if (!node.isObject() || !(type instanceof Class<?> known)) {
            return null;
        }
        Choice choice = Choice.of(known);
        if (choice != null) {
            Choice.Named named = choice.named(node);
            if (named != null) {
                return Map.of(named.name(), named.record());
            }
            return choice.bare() == null ? null : components(choice.bare());
        }
        if (known == Recipe.class) {
            return components(isVersion1(node) ? RecipeV1.class : Recipe.class);
        }
        if (known == CacheFormat.class) {
            return components(CacheForm.class);
        }
        return known.isRecord() && known != RecipeDocument.class ? components(known) : null;
    }

    /** What the values of a list or map of that type are, or null. */
    public static @Nullable Type element(Type type) {
        return type instanceof ParameterizedType generic
                ? generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1]
                : null;
    }

    /** Whether a recipe document is of version 1: it has no version, and no field that came later. */
    static boolean isVersion1(JsonNode node) {
        String base = node.path("base").asText("none").toLowerCase(java.util.Locale.ROOT);
        return NEW.stream().noneMatch(node::has) && OLD_BASES.contains(base);
    }

    private static Map<String, Type> components(Class<?> record) {
        Map<String, Type> fields = new LinkedHashMap<>();
        Arrays.stream(record.getRecordComponents()).forEach(c -> fields.put(c.getName(), generic(c)));
        return fields;
    }

    private static Type generic(RecordComponent component) {
        return component.getGenericType();
    }
}
