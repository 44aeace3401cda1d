package io.bisup.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The checks that compact constructors share. */
public final class Check {

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,127}");

    private static final int MAX_LABELS = 32;
    private static final int MAX_KEY = 63;
    private static final int MAX_VALUE = 255;
    private static final Pattern LABEL_KEY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,62}");

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

    /** A copy without holes; empty when absent. */
    static <T> List<T> list(@Nullable List<T> values, String field) {
        if (values == null) {
            return List.of();
        }
        List<T> copy = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            T value = values.get(i);
            require(value != null, field + "/" + i, "is null", "give a value or leave the entry out");
            copy.add(value);
        }
        return List.copyOf(copy);
    }

    /** A copy of the submitter's labels, bounded in number and length. */
    static Map<String, String> labels(@Nullable Map<String, String> labels) {
        if (labels == null) {
            return Map.of();
        }
        range(labels.size(), 0, MAX_LABELS, "labels");
        labels.forEach((key, value) -> {
            String field = "labels/" + (key.length() > MAX_KEY ? key.substring(0, MAX_KEY) + "…" : key);
            require(
                    LABEL_KEY.matcher(key).matches(),
                    field,
                    "is no label's key",
                    "use 1 to 63 letters, digits, '.', '_', '-' or '/', starting with a letter or digit");
            require(
                    value != null && value.length() <= MAX_VALUE,
                    field,
                    value == null ? "is null" : "has " + value.length() + " characters",
                    "use a text of at most " + MAX_VALUE + " characters");
        });
        return Map.copyOf(labels);
    }
}
