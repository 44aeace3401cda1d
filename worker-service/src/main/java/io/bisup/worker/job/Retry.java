package io.bisup.worker.job;

import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** A block may be hours of work: a store that is away for a moment must not cost it. */
final class Retry {

    private static final int TRIES = 6;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    private Retry() {}

    /** What may be done again with the same effect. */
    @FunctionalInterface
    interface Action<T> {
        T run() throws IOException;
    }

    /** Runs the action, up to six times within about half a minute while the store is away. */
    static <T> T onUnavailableStore(Action<T> action) {
        for (int tries = 1; ; tries++) {
            try {
                return action.run();
            } catch (FailureException e) {
                if (e.code() != FailureCode.STORE_UNAVAILABLE || tries == TRIES) {
                    throw e;
                }
                LockSupport.parkNanos(
                        FIRST_PAUSE.multipliedBy(1L << (tries - 1)).toNanos());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
