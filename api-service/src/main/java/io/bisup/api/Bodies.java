package io.bisup.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bisup.api.problem.ProblemException;
import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.Json;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads JSON bodies strictly and within bounds. */
@ApplicationScoped
public class Bodies {

    private final int limit;

    Bodies(ApiConfig config) {
        this.limit = config.maxJsonBytes();
    }

    /**
     * Reads one JSON document.
     *
     * @throws ProblemException BODY_TOO_LARGE or MALFORMED_JSON
     * @throws io.bisup.contract.InvalidSpecException naming the field at fault
     */
    public <T> T read(InputStream body, Class<T> type) {
        String text = text(bytes(body));
        requireWellFormed(text);
        return Json.read(text, type);
    }

    /**
     * Reads a JSON Merge Patch; no body changes nothing.
     *
     * @throws ProblemException BODY_TOO_LARGE or MALFORMED_JSON
     * @throws io.bisup.contract.InvalidSpecException when it is no object
     */
    public ObjectNode readPatch(InputStream body) {
        String text = text(bytes(body));
        if (text.isEmpty()) {
            return Json.mapper().createObjectNode();
        }
        requireWellFormed(text);
        return Json.read(text, ObjectNode.class);
    }

    private byte[] bytes(InputStream body) {
        try {
            byte[] bytes = body.readNBytes(limit + 1);
            if (bytes.length > limit) {
                throw new ProblemException(
                        ProblemKind.BODY_TOO_LARGE, "the body is larger than " + limit + " bytes; send less");
            }
            return bytes;
        } catch (IOException e) {
            throw new ProblemException(ProblemKind.BAD_REQUEST, "the body broke off; send it again");
        }
    }

    private static String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ProblemException(ProblemKind.MALFORMED_JSON, "the body is not UTF-8; encode it so");
        }
    }

    private static void requireWellFormed(String text) {
        try (JsonParser parser = Json.mapper().getFactory().createParser(text)) {
            if (parser.nextToken() == null) {
                throw new ProblemException(ProblemKind.MALFORMED_JSON, "the body is empty; send a JSON object");
            }
            int depth = 0;
            do {
                depth += Texts.depthChange(parser.currentToken());
                Texts.requireStorable(parser);
            } while (depth > 0 && parser.nextToken() != null);
            if (parser.nextToken() != null) {
                throw new ProblemException(
                        ProblemKind.MALFORMED_JSON, "text follows the JSON document; send exactly one");
            }
        } catch (JsonProcessingException e) {
            String place = e.getLocation() == null
                    ? ""
                    : " (line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ")";
            throw new ProblemException(ProblemKind.MALFORMED_JSON, "the body is no JSON: " + told(e) + place);
        } catch (IOException e) {
            throw new IllegalStateException("reading a string", e);
        }
    }

    /** The fault without the parser's own names of things. */
    private static String told(JsonProcessingException e) {
        return e instanceof StreamConstraintsException
                ? "it is nested deeper than 64, or holds a number of over 64 digits or a text of over 1 MiB"
                : e.getOriginalMessage().split(" \\(start marker|, from `|\\n", 2)[0];
    }
}
