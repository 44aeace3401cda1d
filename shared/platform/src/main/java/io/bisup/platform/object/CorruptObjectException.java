package io.bisup.platform.object;

import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;

/** An object whose bytes are not what its entry says. */
public final class CorruptObjectException extends FailureException {

    public CorruptObjectException(String key, String reason) {
        super(FailureCode.MALFORMED_CHECKPOINT, "object " + key + " " + reason);
    }
}
