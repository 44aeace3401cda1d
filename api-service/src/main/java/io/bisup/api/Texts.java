package io.bisup.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import io.bisup.api.problem.ProblemException;
import io.bisup.api.problem.ProblemKind;
import java.io.IOException;

/** Texts that the database cannot hold: with NUL, or with half of a surrogate pair. */
public final class Texts {

    private Texts() {}

    /** Whether the database can hold the text as it is. */
    public static boolean storable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\0' || Character.isLowSurrogate(c)) {
                return false;
            }
            if (Character.isHighSurrogate(c)) {
                i++;
                if (i == text.length() || !Character.isLowSurrogate(text.charAt(i))) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * Looks at the parser's current token.
     *
     * @throws ProblemException INVALID_SPEC at its pointer when it is a text or a field name that cannot be stored
     */
    static void requireStorable(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        boolean text = token == JsonToken.VALUE_STRING || token == JsonToken.FIELD_NAME;
        if (text && !storable(parser.getText())) {
            JsonStreamContext place = parser.getParsingContext();
            String at = String.valueOf((token == JsonToken.FIELD_NAME ? place.getParent() : place).pathAsPointer());
            throw ProblemException.at(
                    ProblemKind.INVALID_SPEC,
                    storable(at) ? at : "",
                    "holds NUL or half of a surrogate pair",
                    "leave that character out");
        }
    }

    /** 1 where a container begins, -1 where it ends, else 0. */
    static int depthChange(JsonToken token) {
        return token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
    }
}
