package io.bisup.platform.dispatch;

/** Kafka is not there. Nothing is lost: the database knows what waits. */
public final class DispatchException extends RuntimeException {

    DispatchException(String message, Throwable cause) {
        super(message, cause);
    }
}
