package io.bisup.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.cfg.MapperBuilder;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.bisup.contract.recipe.RecipeModule;

/**
 * The one way specs are read and written: strict (unknown fields, duplicates, trailing text and silent conversions are
 * errors that name their place), deterministic (sorted keys, no nulls) and bounded in depth and length.
 */
public final class Json {

    private static final int MAX_DEPTH = 64;
    private static final int MAX_STRING = 1 << 20;

    private static final JsonMapper MAPPER = strict(JsonMapper.builder()).build();
    private static final YAMLMapper YAML = strict(YAMLMapper.builder(
                    YAMLFactory.builder().streamReadConstraints(constraints()).build()))
            .build();

    static {
        MAPPER.getFactory().setStreamReadConstraints(constraints());
    }

    private Json() {}

    /** The strict mapper; do not reconfigure. */
    public static ObjectMapper mapper() {
        return MAPPER;
    }

    /** Reads one JSON document. */
    public static <T> T read(String json, Class<T> type) {
        return read(MAPPER, json, type);
    }

    /** Reads one YAML document. */
    public static <T> T yaml(String yaml, Class<T> type) {
        return read(YAML, yaml, type);
    }

    /** Writes one line of JSON with sorted keys. */
    public static String write(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write " + value.getClass().getName(), e);
        }
    }

    /** Reads what a tree says, as strictly as text. */
    public static <T> T convert(JsonNode node, Class<T> type) {
        return read(MAPPER, node.toString(), type);
    }

    /** The tree of what {@link #write} writes. */
    public static JsonNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }

    private static <T> T read(ObjectMapper mapper, String text, Class<T> type) {
        try {
            JsonFaults.requireKnownFields(mapper.readTree(text), type, "");
            T value = mapper.readValue(text, type);
            if (value == null) {
                throw new InvalidSpecException("", "is null", "send an object");
            }
            return value;
        } catch (JsonMappingException e) {
            throw JsonFaults.located(e);
        } catch (StreamConstraintsException e) {
            throw new InvalidSpecException(
                    "",
                    "is nested deeper than " + MAX_DEPTH + ", or holds a number or text that is too long",
                    "send a flatter, shorter document");
        } catch (JsonProcessingException e) {
            throw new InvalidSpecException("", "cannot be read: " + JsonFaults.told(e), "send well-formed text");
        }
    }

    private static StreamReadConstraints constraints() {
        return StreamReadConstraints.builder()
                .maxNestingDepth(MAX_DEPTH)
                .maxStringLength(MAX_STRING)
                .maxNumberLength(64)
                .build();
    }

    private static <M extends ObjectMapper, B extends MapperBuilder<M, B>> B strict(B builder) {
        return builder.addModule(new JavaTimeModule())
                .addModule(new RecipeModule())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
                .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .serializationInclusion(JsonInclude.Include.NON_NULL)
                .withCoercionConfig(
                        LogicalType.Textual,
                        c -> c.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail));
    }
}
