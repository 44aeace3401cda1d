package io.bisup.localstack;

import org.jspecify.annotations.Nullable;

/** The stack cannot start or run; the message says which server, why, and what to do. */
public final class LocalStackException extends RuntimeException {

    LocalStackException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
