package io.bisup.llm.token;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the ids of the added (special) tokens out of a tokenizer.json, without building its whole vocabulary. */
final class AddedTokens {

    private AddedTokens() {}

    /** Id by token text. */
    static Map<String, Integer> read(Path tokenizerJson) throws IOException {
        try (JsonParser json = new JsonFactory().createParser(tokenizerJson.toFile())) {
            return read(json);
        }
    }

    /** Id by token text, of a document that is read from its beginning. */
    static Map<String, Integer> read(JsonParser json) throws IOException {
        json.nextToken();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            boolean found = json.currentName().equals("added_tokens");
            json.nextToken();
            if (found && json.currentToken() == JsonToken.START_ARRAY) {
                return readTokens(json);
            }
            json.skipChildren();
        }
        return Map.of();
    }

    private static Map<String, Integer> readTokens(JsonParser json) throws IOException {
        Map<String, Integer> ids = new HashMap<>();
        while (json.nextToken() == JsonToken.START_OBJECT) {
            @Nullable String content = null;
            int id = -1;
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                json.nextToken();
                switch (field) {
                    case "id" -> id = json.getValueAsInt(-1);
                    case "content" -> content = json.getValueAsString();
                    default -> {}
                }
                // An object in the place of a number or a text has fields that are not the token's.
                json.skipChildren();
            }
            if (content != null && id >= 0) {
                ids.put(content, id);
            }
        }
        return ids;
    }
}
