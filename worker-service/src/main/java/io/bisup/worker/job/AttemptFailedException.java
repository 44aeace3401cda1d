package io.bisup.worker.job;

import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;

/** The attempt's process said why it failed, or died; the message is for people. */
final class AttemptFailedException extends FailureException {

    private final String logTail;

    /** @param logTail the last lines of its log where the process died, else "" */
    AttemptFailedException(FailureCode code, String message, String logTail) {
        super(code, message);
        this.logTail = logTail;
    }

    String logTail() {
        return logTail;
    }
}
