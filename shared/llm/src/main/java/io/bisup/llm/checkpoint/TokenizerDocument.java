package io.bisup.llm.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.Set;

/**
 * Whether tokenizer.json is whole: one JSON object with a model of a kind that is read, whose ids the model has rows for.
 * The native tokenizer ends its process over some files, so that a torn one must not get so far.
 */
public final class TokenizerDocument {

    /** Name of the file. */
    public static final String FILE = "tokenizer.json";

    /** Longest document that is read. */
    public static final int MAX_BYTES = 64 << 20;

    private static final Set<String> KINDS = Set.of("BPE", "Unigram", "WordPiece", "WordLevel");
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(64)
                    .maxStringLength(1 << 20)
                    .build())
            .enable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    private final int rows;
    private boolean hasVocabulary;

    private TokenizerDocument(int rows) {
        this.rows = rows;
    }

    /**
     * Reads the document from its first byte to its last, without the native library.
     *
     * @param rows of the model's embedding
     * @throws MalformedCheckpointException when the document is too long, torn, of no known kind, or names an id without a row
     */
    public static void check(byte[] json, int rows) {
        if (json.length > MAX_BYTES) {
            throw refused("it has " + json.length + " bytes, more than the " + MAX_BYTES + " one may have");
        }
        try (JsonParser parser = JSON.createParser(json)) {
            new TokenizerDocument(rows).read(parser);
        } catch (IOException e) {
            throw refused("it is no whole JSON document" + line(e));
        }
    }

    /** Where the parser stopped; it does not say so of bytes that are no characters, nor of every limit. */
    private static String line(IOException e) {
        return e instanceof JsonProcessingException broken && broken.getLocation() != null
                ? " (line " + broken.getLocation().getLineNr() + ")"
                : "";
    }

    private void read(JsonParser parser) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw refused("it is no JSON object");
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean model = parser.currentName().equals("model");
            JsonToken value = parser.nextToken();
            if (model && value == JsonToken.START_OBJECT) {
                model(parser);
            } else {
                parser.skipChildren();
            }
        }
        if (parser.nextToken() != null) {
            throw refused("it goes on after its end");
        }
        if (!hasVocabulary) {
            throw refused("it has no model with a vocabulary");
        }
    }

    private void model(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            if (field.equals("type") && value == JsonToken.VALUE_STRING && !KINDS.contains(parser.getText())) {
                throw refused("it has a model of kind '" + parser.getText() + "', which is none of " + KINDS);
            }
            if (field.equals("vocab") && value == JsonToken.START_OBJECT) {
                ids(parser);
            } else {
                hasVocabulary |= field.equals("vocab") && value == JsonToken.START_ARRAY;
                parser.skipChildren();
            }
        }
    }

    private void ids(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String token = parser.currentName();
            if (parser.nextToken() != JsonToken.VALUE_NUMBER_INT) {
                throw refused("it gives token '" + token + "' no whole number as id");
            }
            long id = parser.getNumberType() == JsonParser.NumberType.INT ? parser.getIntValue() : -1;
            if (id < 0 || id >= rows) {
                throw refused("it gives token '" + token + "' the id " + parser.getText() + ", but the model has "
                        + rows + " rows");
            }
            hasVocabulary = true;
        }
    }

    private static MalformedCheckpointException refused(String cause) {
        return new MalformedCheckpointException(
                MalformedCheckpointException.Code.TOKENIZER_INVALID,
                FILE,
                null,
                cause,
                "use the tokenizer.json of the original checkpoint");
    }
}
