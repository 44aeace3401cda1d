package io.bisup.llm.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.bisup.llm.checkpoint.MalformedCheckpointException.Code;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Streams through the JSON of a safetensors header. Nothing but the exact structure of the format is accepted, and no
 * name may occur twice: parsers that take the last of two are how a file means one thing here and another there.
 */
final class HeaderParser {

    static final int MAX_TENSORS = 1 << 14;
    static final int MAX_NAME = 512;

    static final JsonFactory JSON = JsonFactory.builder()
            // Names come from strangers: an attacker's names must not fill a table shared by the process.
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(8)
                    .maxNameLength(1 << 20)
                    .maxNumberLength(64)
                    .maxStringLength(1 << 20)
                    .build())
            .build();

    private final JsonParser json;
    private final String file;
    private final SequencedMap<String, TensorEntry> tensors = new LinkedHashMap<>();
    private @Nullable Map<String, String> metadata;

    private HeaderParser(JsonParser json, String file) {
        this.json = json;
        this.file = file;
    }

    static SafetensorsHeader parse(byte[] bytes, long dataStart, String file) {
        String text = utf8(bytes, file);
        if (text.isEmpty() || text.charAt(0) != '{') {
            throw refused(Code.HEADER_BAD_START, file, null, "the header does not begin with '{'");
        }
        try (JsonParser json = JSON.createParser(text)) {
            HeaderParser parser = new HeaderParser(json, file);
            parser.readAll();
            return new SafetensorsHeader(
                    parser.tensors, parser.metadata == null ? Map.of() : parser.metadata, dataStart);
        } catch (JsonProcessingException invalid) {
            throw refused(Code.HEADER_BAD_JSON, file, null, "the header is not JSON: " + invalid.getOriginalMessage());
        } catch (IOException impossible) {
            throw refused(Code.HEADER_BAD_JSON, file, null, "the header cannot be read: " + impossible.getMessage());
        }
    }

    static String utf8(byte[] bytes, String file) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException invalid) {
            throw refused(Code.HEADER_NOT_UTF8, file, null, "the header is not UTF-8");
        }
    }

    private void readAll() throws IOException {
        json.nextToken();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            json.nextToken();
            if (name.equals("__metadata__")) {
                readMetadata();
            } else {
                readTensor(name);
            }
        }
        if (json.nextToken() != null) {
            throw refused(Code.HEADER_BAD_JSON, file, null, "more than one JSON value in the header");
        }
    }

    private void readMetadata() throws IOException {
        if (metadata != null) {
            throw refused(Code.DUPLICATE_KEY, file, null, "__metadata__ occurs twice");
        }
        require(json.currentToken() == JsonToken.START_OBJECT, Code.METADATA_INVALID, null, "__metadata__: no object");
        Map<String, String> read = new LinkedHashMap<>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String key = json.currentName();
            boolean isText = json.nextToken() == JsonToken.VALUE_STRING;
            require(isText, Code.METADATA_INVALID, null, "a value of __metadata__ is not a string");
            require(
                    wellFormed(key) && wellFormed(json.getText()),
                    Code.METADATA_INVALID,
                    null,
                    "__metadata__ holds half of a surrogate pair");
            if (read.put(key, json.getText()) != null) {
                throw refused(Code.DUPLICATE_KEY, file, null, "a key of __metadata__ occurs twice");
            }
        }
        metadata = read;
    }

    private void readTensor(String name) throws IOException {
        requireName(name, file);
        require(!tensors.containsKey(name), Code.DUPLICATE_KEY, name, "the name occurs twice");
        require(tensors.size() < MAX_TENSORS, Code.TOO_MANY_TENSORS, null, "more than " + MAX_TENSORS + " tensors");
        tensors.put(name, new EntryParser(json, file, name).parse());
    }

    /** The name itself, if it is one that can be shown and stored. */
    static String requireName(String name, String file) {
        boolean fits = !name.isEmpty() && name.length() <= MAX_NAME;
        if (!fits || !wellFormed(name) || name.chars().anyMatch(Character::isISOControl)) {
            throw refused(
                    Code.NAME_INVALID,
                    file,
                    null,
                    "a tensor name is empty, longer than " + MAX_NAME + " or holds control characters or half a"
                            + " surrogate pair");
        }
        return name;
    }

    private void require(boolean condition, Code code, @Nullable String tensor, String cause) {
        if (!condition) {
            throw refused(code, file, tensor, cause);
        }
    }

    private static boolean wellFormed(String text) {
        return text.codePoints().noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }

    static MalformedCheckpointException refused(Code code, String file, @Nullable String tensor, String cause) {
        return new MalformedCheckpointException(
                code, file, tensor, cause, "download the file again or write it with the safetensors library");
    }
}
