package io.bisup.platform.database;

import io.bisup.contract.FailureCode;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** When the next attempt may start. */
final class BackOff {

    private BackOff() {}

    /**
     * When the next attempt may begin.
     *
     * @param failures failures of this kind so far, from 1
     * @return null for "at once": a lost lease was waited for long enough
     */
    static @Nullable Instant until(FailureCode code, int failures, Instant now, JobLimits limits) {
        return code == FailureCode.LEASE_LOST ? null : pause(failures, now, limits);
    }

    /**
     * The end of a pause that doubles with each failure.
     *
     * @param failures so far, from 1
     */
    static Instant pause(int failures, Instant now, JobLimits limits) {
        Duration wait = limits.backOff().multipliedBy(1L << Math.min(failures - 1, 20));
        return now.plus(wait.compareTo(limits.maxBackOff()) < 0 ? wait : limits.maxBackOff());
    }
}
