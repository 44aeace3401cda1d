package io.bisup.contract;

import org.jspecify.annotations.Nullable;

/** An error that already knows what kind of failure of a job it is. Everything else is {@link FailureCode#INTERNAL}. */
public class FailureException extends RuntimeException {

    private final FailureCode code;

    public FailureException(FailureCode code, String message) {
        this(code, message, null);
    }

    public FailureException(FailureCode code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public FailureCode code() {
        return code;
    }
}
