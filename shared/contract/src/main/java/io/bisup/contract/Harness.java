package io.bisup.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;

/** Releases of lm-evaluation-harness that turn a request into tokens differently; their scores do not compare. */
public enum Harness {
    /** Context and continuation encoded apart, no begin-of-sequence token (Atom, OmniQuant). */
    V0_3("0.3"),
    /** Encoded as one text and then split, no begin-of-sequence token (QuaRot, SpinQuant, FlatQuant). */
    V0_4("0.4"),
    /** Encoded as one text and then split, with what the tokenizer adds by default (since 10 November 2025). */
    V0_4_9_2("0.4.9.2+");

    private final String id;

    Harness(String id) {
        this.id = id;
    }

    /** Its name in specs, options and results. */
    @JsonValue
    public String id() {
        return id;
    }

    /** The release of a name. */
    @JsonCreator
    public static Harness named(String id) {
        return Arrays.stream(values())
                .filter(harness -> harness.id.equals(id))
                .findFirst()
                .orElseThrow(() ->
                        new InvalidSpecException("harness", "'" + id + "' is unknown", "use 0.3, 0.4 or 0.4.9.2+"));
    }
}
