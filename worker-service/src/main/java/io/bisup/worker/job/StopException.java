package io.bisup.worker.job;

/** Somebody wants the attempt to end now, without a failure. */
final class StopException extends RuntimeException {

    /** Who wants it. */
    enum Reason {
        CANCELLED,
        PAUSED,
        SHUTDOWN
    }

    private final Reason reason;

    StopException(Reason reason) {
        super("the attempt stops: " + reason);
        this.reason = reason;
    }

    Reason reason() {
        return reason;
    }
}
