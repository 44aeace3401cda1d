package io.bisup.platform.database;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JavaType;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.bisup.contract.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Records of the contract as text columns. */
final class Documents {

    private static final long SHARED_LIMIT = 256;

    /** What was parsed last, by its text. */
    private static final Cache<Stored, Object> SHARED =
            Caffeine.newBuilder().maximumSize(SHARED_LIMIT).build();

    private record Stored(Class<?> type, String text) {}

    private Documents() {}

    static String write(Object value) {
        return Json.write(value);
    }

    static <T> T read(String text, Class<T> type) {
        return parse(text, Json.mapper().constructType(type));
    }

    /**
     * Reads a document that many rows have word for word, such as a preset's recipe: a list parses it once.
     *
     * @param type an immutable record, which its readers share
     */
    static <T> T readShared(String text, Class<T> type) {
        return type.cast(SHARED.get(new Stored(type, text), stored -> read(stored.text(), type)));
    }

    static <T> @Nullable T readNullable(@Nullable String text, Class<T> type) {
        return text == null ? null : read(text, type);
    }

    static <T> List<T> readList(@Nullable String text, Class<T> element) {
        return text == null
                ? List.of()
                : parse(text, Json.mapper().getTypeFactory().constructCollectionType(List.class, element));
    }

    static Map<String, Object> readMap(String text) {
        return parse(text, Json.mapper().getTypeFactory().constructMapType(Map.class, String.class, Object.class));
    }

    @SuppressWarnings("TypeParameterUnusedInFormals") // the callers know what the type means
    private static <T> T parse(String text, JavaType type) {
        try {
            return Json.mapper().readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "a stored " + type.getTypeName() + " cannot be read: was it written by a newer release?", e);
        }
    }
}
