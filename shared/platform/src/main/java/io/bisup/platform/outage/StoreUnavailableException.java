package io.bisup.platform.outage;

import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import org.jspecify.annotations.Nullable;

/** A store that does not answer, breaks off, or refuses everybody: the same request may succeed later. */
public final class StoreUnavailableException extends FailureException {

    private final Store store;

    public StoreUnavailableException(Store store, String message, @Nullable Throwable cause) {
        super(FailureCode.STORE_UNAVAILABLE, message, cause);
        this.store = store;
    }

    public Store store() {
        return store;
    }
}
