package io.bisup.contract.recipe;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bisup.contract.Json;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The JSON Schema (2020-12) of recipe documents, for editors and generated clients: names of fields, types, words and
 * defaults. A document may build on another, so only version and name are required, and null may stand for any other field.
 */
public final class RecipeSchema {

    private static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";

    private final ObjectNode definitions = JsonNodeFactory.instance.objectNode();

    private RecipeSchema() {}

    /** The schema of a document of version {@value Recipe#VERSION}. */
    public static ObjectNode document() {
        return new RecipeSchema().root();
    }

    private ObjectNode root() {
        ObjectNode root = fields(Recipe.class);
        root.put("$schema", DIALECT).put("title", "BiSup recipe, version " + Recipe.VERSION);
        ObjectNode properties = (ObjectNode) root.path("properties");
        properties.set("version", object().put("const", Recipe.VERSION));
        properties.set("name", object().put("type", "string").put("pattern", "^[a-z0-9][a-z0-9._-]{0,127}$"));
        properties.set("base", object().put("type", "string").put("description", "a preset to build on"));
        properties.set("about", of(About.class));
        root.putArray("required").add("version").add("name");
        root.set("$defs", definitions);
        return root;
    }

    private ObjectNode fields(Class<?> record) {
        ObjectNode properties = object();
        for (RecordComponent component : record.getRecordComponents()) {
            properties.set(component.getName(), field(component));
        }
        ObjectNode schema = object().put("type", "object").put("additionalProperties", false);
        schema.set("properties", properties);
        return schema;
    }

    private ObjectNode field(RecordComponent component) {
        ObjectNode schema = orNull(of(component.getGenericType()));
        JsonProperty property = component.getAccessor().getAnnotation(JsonProperty.class);
        if (property != null && !property.defaultValue().isEmpty()) {
            schema.set("default", Json.read(property.defaultValue(), com.fasterxml.jackson.databind.JsonNode.class));
        }
        return schema;
    }

    private ObjectNode of(Type type) {
        if (type instanceof ParameterizedType generic) {
            return many(generic);
        }
        Class<?> known = (Class<?>) type;
        if (known == int.class || known == long.class || known == Long.class) {
            return object().put("type", "integer");
        }
        if (known == double.class) {
            return object().put("type", "number");
        }
        if (known == boolean.class) {
            return object().put("type", "boolean");
        }
        if (known == String.class) {
            return object().put("type", "string");
        }
        String name = known.getName().replaceAll(".*[.$]", "");
        String unique = known.getEnclosingClass() == null
                ? name
                : known.getEnclosingClass().getSimpleName() + name;
        if (!definitions.has(unique)) {
            definitions.set(unique, object());
            definitions.set(unique, named(known));
        }
        return object().put("$ref", "#/$defs/" + unique);
    }

    private ObjectNode many(ParameterizedType type) {
        ObjectNode element = of(Objects.requireNonNull(Written.element(type)));
        if (type.getRawType() == Map.class) {
            ObjectNode map = object().put("type", "object");
            map.set("additionalProperties", orNull(element));
            return map;
        }
        ObjectNode array = object().put("type", "array");
        array.set("items", element);
        if (type.getRawType() == Set.class) {
            array.put("minItems", 1);
        }
        return array;
    }

    private ObjectNode named(Class<?> type) {
        Choice choice = Choice.of(type);
        if (choice != null) {
            return choice(choice);
        }
        if (type == CacheFormat.class) {
            return fields(CacheForm.class);
        }
        return type.isEnum() ? words(type) : fields(type);
    }

    /** The words of an enum as they are written; a {@link CacheFormat.Toggle} is written true, false or "auto". */
    private static ObjectNode words(Class<?> type) {
        ObjectNode schema = object();
        ArrayNode words = schema.putArray("enum");
        Arrays.stream(type.getEnumConstants()).map(Json::tree).forEach(words::add);
        return schema;
    }

    private ObjectNode choice(Choice choice) {
        ObjectNode schema = object();
        ArrayNode any = schema.putArray("anyOf");
        ArrayNode names = any.addObject().putArray("enum");
        choice.byName().keySet().stream().sorted().forEach(name -> {
            Class<?> record = Objects.requireNonNull(choice.byName().get(name));
            if (Arrays.stream(record.getRecordComponents()).allMatch(RecipeSchema::hasDefault)) {
                names.add(name);
            }
            ObjectNode alternative = any.addObject().put("type", "object").put("additionalProperties", false);
            alternative.putObject("properties").set(name, of(record));
            alternative.putArray("required").add(name);
        });
        if (choice.bare() != null) {
            any.add(of(choice.bare()));
        }
        if (choice.number() != null) {
            any.addObject().put("type", "number");
        }
        return schema;
    }

    /** Enums and sets have defaults in their records' constructors; lists have none. */
    private static boolean hasDefault(RecordComponent component) {
        JsonProperty property = component.getAccessor().getAnnotation(JsonProperty.class);
        return (property != null && !property.defaultValue().isEmpty())
                || component.getType().isEnum()
                || component.getType() == Set.class;
    }

    private static ObjectNode orNull(ObjectNode schema) {
        ObjectNode nullable = object();
        nullable.putArray("anyOf").add(schema).addObject().put("type", "null");
        return nullable;
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
