package io.bisup.platform.work;

import io.bisup.contract.Failure;
import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import io.bisup.contract.Phase;
import io.bisup.platform.outage.Outages;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Tells what kind of failure of a job an exception is. What nobody recognised is INTERNAL, never TRANSIENT. A failure is read by the
 * job's tenant: its message names no Java class and no path of the server, which the caller writes to its log.
 */
public final class Failures {

    /** All that is said of what nobody foresaw: its own words may be anything. */
    private static final String UNFORESEEN =
            "an error that nobody foresaw ended the attempt; the log of its worker tells which";

    private Failures() {}

    /**
     * What a person and the store are told of an attempt's end.
     *
     * @param thrown what ended the attempt
     * @param phase where, or null outside a quantization
     * @param block which block was worked on, or null
     * @param attempt number of the attempt
     */
    public static Failure of(Throwable thrown, @Nullable Phase phase, @Nullable Integer block, int attempt) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            FailureCode code = code(cause);
            if (code != FailureCode.INTERNAL) {
                return failure(code, words(code, cause), phase, block, attempt);
            }
        }
        return Outages.of(thrown)
                .map(away ->
                        failure(FailureCode.STORE_UNAVAILABLE, away.title() + " did not answer", phase, block, attempt))
                .orElseGet(() -> failure(FailureCode.INTERNAL, UNFORESEEN, phase, block, attempt));
    }

    private static String words(FailureCode code, Throwable cause) {
        String words = TenantWords.of(cause.getMessage() == null ? "" : cause.getMessage());
        return words.isEmpty() ? code.name().toLowerCase(Locale.ROOT).replace('_', ' ') : words;
    }

    private static FailureCode code(Throwable thrown) {
        return switch (thrown) {
            case FailureException own -> own.code();
            case OutOfMemoryError memory -> FailureCode.OUT_OF_MEMORY;
            case java.io.IOException disk
            when says(disk, "no space left") || says(disk, "disk quota exceeded") -> FailureCode.DISK_FULL;
            // What libtorch says when the host's or the device's memory is used up.
            case RuntimeException torch
            when says(torch, "out of memory") || says(torch, "can't allocate memory") -> FailureCode.OUT_OF_MEMORY;
            default -> FailureCode.INTERNAL;
        };
    }

    private static boolean says(Throwable thrown, String words) {
        return thrown.getMessage() != null
                && thrown.getMessage().toLowerCase(Locale.ROOT).contains(words);
    }

    private static Failure failure(
            FailureCode code, String message, @Nullable Phase phase, @Nullable Integer block, int attempt) {
        return new Failure(code, message, code.remedy(), phase, block, attempt);
    }
}
