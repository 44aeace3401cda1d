package io.bisup.platform.job;

/** An idempotency key that was used for another request. */
public final class IdempotencyConflictException extends RuntimeException {

    public IdempotencyConflictException(String key) {
        super("idempotency key '" + key + "' was used for another request: send a new key with a changed request");
    }
}
