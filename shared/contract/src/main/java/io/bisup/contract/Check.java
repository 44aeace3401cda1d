package io.bisup.contract;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The checks that compact constructors share. */
public final class Check {

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,127}");

    private Check() {}

    public static <T> T present(@Nullable T value, String field) {
        if (value == null) {
            throw new InvalidSpecException(field, "is missing", "add it");
        }
        return value;
    }

    public static void range(long value, long low, long high, String field) {
        if (value < low || value > high) {
            throw new InvalidSpecException(field, "is " + value, "use a whole number from " + low + " to " + high);
        }
    }

    public static void range(double value, double low, double high, String field) {
        if (!(value >= low && value <= high)) {
            throw new InvalidSpecException(field, "is " + value, "use a number from " + low + " to " + high);
        }
    }

    public static String name(@Nullable String value, String field) {
        if (value == null || !NAME.matcher(value).matches()) {
            throw new InvalidSpecException(
                    field,
                    value == null ? "is missing" : "'" + value + "' is no name",
                    "use 1 to 128 lower-case letters, digits, '.', '_' or '-', starting with a letter or digit");
        }
        return value;
    }

    public static void require(boolean condition, String field, String reason, String remedy) {
        if (!condition) {
            throw new InvalidSpecException(field, reason, remedy);
        }
    }
}
