package io.bisup.contract;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Whether a begin-of-sequence token is put before a request. It is never doubled, nor put behind a prefix that holds it. */
public enum BosRule {
    /** As the harness release does. */
    AUTO,
    /** The tokenizer's begin-of-sequence token, or its end-of-sequence token if it has none. */
    ALWAYS,
    NEVER;

    /** Its name in specs, options and results. */
    @JsonValue
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
