package io.bisup.platform.work;

import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import java.net.ConnectException;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import org.jspecify.annotations.Nullable;

/** Tells a store that is away from a fault of ours, by the causes of an exception. */
public final class Outages {

    private Outages() {}

    /** Whether trying again later can help. */
    public static boolean causedBy(Throwable e) {
        int depth = 0;
        for (Throwable t = e; t != null && depth < 20; t = t.getCause(), depth++) {
            if (isOutage(t)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOutage(Throwable t) {
        return switch (t) {
            case FailureException f -> f.code() == FailureCode.STORE_UNAVAILABLE;
            case SQLTransientException _, ConnectException _ -> true;
            case SQLException sql -> isOutage(sql.getSQLState()) || isPoolExhausted(sql);
            default -> false;
        };
    }

    /** Classes 08 (connection), 53 (resources) and 57P (operator intervention: shutdown, not yet started). */
    private static boolean isOutage(@Nullable String state) {
        return state != null && (state.startsWith("08") || state.startsWith("53") || state.startsWith("57P"));
    }

    /** The pool says only by its text that no connection came in time. */
    private static boolean isPoolExhausted(SQLException sql) {
        return String.valueOf(sql.getMessage()).contains("Acquisition timeout");
    }
}
