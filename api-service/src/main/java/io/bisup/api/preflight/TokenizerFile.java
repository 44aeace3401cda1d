package io.bisup.api.preflight;

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
final class TokenizerFile {

    private static final int MAX_BYTES = 64 << 20;
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

    private TokenizerFile(int rows) {
        this.rows = rows;
    }

    /**
     * @param rows of the model's embedding
     * @throws ModelRefusedException when the file is torn, of no known kind, or names an id without a row
     */
    static void check(ModelFiles files, int rows) {
        long size = files.size(ModelInspector.TOKENIZER);
        if (size > MAX_BYTES) {
            throw refused("has " + size + " bytes, more than the " + MAX_BYTES + " one may have");
        }
        byte[] json = files.range(ModelInspector.TOKENIZER, 0, (int) size);
        try (JsonParser parser = JSON.createParser(json)) {
            new TokenizerFile(rows).read(parser);
        } catch (JsonProcessingException e) {
            throw refused("is no whole JSON document (line " + e.getLocation().getLineNr() + ")");
        } catch (IOException e) {
            throw new IllegalStateException("reading bytes", e);
        }
    }

    private void read(JsonParser parser) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw refused("is no JSON object");
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
            throw refused("goes on after its end");
        }
        if (!hasVocabulary) {
            throw refused("has no model with a vocabulary");
        }
    }

    private void model(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            if (field.equals("type") && value == JsonToken.VALUE_STRING && !KINDS.contains(parser.getText())) {
                throw refused("has a model of kind '" + parser.getText() + "', which is none of " + KINDS);
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
                throw refused("gives token '" + token + "' no whole number as id");
            }
            long id = parser.getNumberType() == JsonParser.NumberType.INT ? parser.getIntValue() : -1;
            if (id < 0 || id >= rows) {
                throw refused("gives token '" + token + "' the id " + parser.getText() + ", but the model has " + rows
                        + " rows");
            }
            hasVocabulary = true;
        }
    }

    private static ModelRefusedException refused(String message) {
        return ModelInspector.damaged(ModelInspector.TOKENIZER + " " + message);
    }
}
