package io.bisup.platform.work;

import io.bisup.contract.Failure;
import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import io.bisup.contract.Phase;
import io.bisup.platform.outage.Outages;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Tells what kind of failure of a job an exception is. What nobody recognised is INTERNAL, never TRANSIENT. */
public final class Failures {

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
                return failure(code, cause, phase, block, attempt);
            }
        }
        if (Outages.causedBy(thrown)) {
            return failure(FailureCode.STORE_UNAVAILABLE, thrown, phase, block, attempt);
        }
        return failure(FailureCode.INTERNAL, thrown, phase, block, attempt);
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
            FailureCode code, Throwable cause, @Nullable Phase phase, @Nullable Integer block, int attempt) {
        String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        String firstLine = message.lines().findFirst().orElse(message);
        String told = code == FailureCode.INTERNAL ? cause.getClass().getSimpleName() + ": " + firstLine : firstLine;
        return new Failure(code, told, code.remedy(), phase, block, attempt);
    }
}
