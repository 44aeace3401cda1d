package io.bisup.llm.config;

import java.math.BigDecimal;

/** Range checks whose failures name the config.json field. */
final class ConfigRange {

    private ConfigRange() {}

    static void of(String field, double value, double least, double most) {
        // Written so that NaN fails as well.
        if (!(value >= least && value <= most)) {
            throw ModelConfigException.invalid(
                    field,
                    plain(value) + " is outside " + plain(least) + " to " + plain(most),
                    "copy the value from the original checkpoint's config.json");
        }
    }

    private static String plain(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? BigDecimal.valueOf((long) value).toPlainString()
                : Double.toString(value);
    }
}
