package io.bisup.api.job;

import io.bisup.api.Texts;
import io.bisup.api.problem.ProblemException;
import io.bisup.api.problem.ProblemKind;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Query parameters and headers, read strictly: what cannot be meant is a problem, not a default. */
public final class Parameters {

    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,255}");

    private static final int MAX_TEXT = 512;

    private Parameters() {}

    public static String idempotencyKey(@Nullable String value) {
        if (value == null || value.isBlank()) {
            throw new ProblemException(
                    ProblemKind.MISSING_IDEMPOTENCY_KEY,
                    "send the header Idempotency-Key, for example a fresh UUID, so that a repeated request makes no "
                            + "second job");
        }
        if (!KEY.matcher(value).matches()) {
            throw invalid("Idempotency-Key", "1 to 255 printable ASCII characters without spaces");
        }
        return value;
    }

    public static boolean flag(String name, @Nullable String value) {
        if (value == null || value.equals("false")) {
            return false;
        }
        if (value.equals("true") || value.isEmpty()) {
            return true;
        }
        throw invalid(name, "true or false");
    }

    /** A whole number of seconds from 0 to 3600; zero when absent. */
    static Duration seconds(String name, @Nullable String value) {
        return Duration.ofSeconds(number(name, value, 0, 0, 3_600));
    }

    public static long number(String name, @Nullable String value, long otherwise, long low, long high) {
        if (value == null) {
            return otherwise;
        }
        try {
            long number = Long.parseLong(value.strip());
            if (number >= low && number <= high) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below, as a number out of range is
        }
        throw invalid(name, "a whole number from " + low + " to " + high);
    }

    /** A text that can be compared with stored ones. */
    static String text(String name, String value) {
        if (value.length() > MAX_TEXT || !Texts.storable(value)) {
            throw invalid(name, "at most " + MAX_TEXT + " characters, none of them NUL");
        }
        return value;
    }

    static @Nullable Instant instant(String name, @Nullable String value) {
        try {
            return value == null ? null : Instant.parse(value);
        } catch (DateTimeParseException e) {
            throw invalid(name, "a time such as 2026-11-22T10:00:00Z");
        }
    }

    public static ProblemException invalid(String name, String wanted) {
        return new ProblemException(ProblemKind.INVALID_PARAMETER, "'" + name + "' cannot be read; send " + wanted);
    }
}
