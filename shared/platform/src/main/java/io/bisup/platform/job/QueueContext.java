package io.bisup.platform.job;

import io.bisup.contract.Priority;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Why a job waits, and how many before it.
 *
 * @param reason why it does not run now
 * @param priority the rank of the job among those of its tenant
 * @param aheadOfTenant jobs of its tenant that are due and start before it: those of a higher priority, and those of the same
 *     that were submitted before it
 * @param ahead these, and jobs of other tenants that were submitted before it and are due; workers are shared fairly between tenants,
 *     so it may be served earlier
 * @param running jobs that workers hold now
 * @param runningOfTenant those of its tenant
 * @param notBefore end of its pause after a failure, or null
 */
public record QueueContext(
        Reason reason,
        Priority priority,
        int aheadOfTenant,
        int ahead,
        int running,
        int runningOfTenant,
        @Nullable Instant notBefore) {

    /** Why a job does not run. */
    public enum Reason {
        /** It does not wait: it runs, was paused, or is finished. */
        NOT_QUEUED,
        /** Its last attempt failed; the next begins when the pause is over. */
        BACK_OFF,
        /** Others start before it. */
        OTHERS_FIRST,
        /** It is next: no worker is free, or none lives. */
        NO_FREE_WORKER
    }
}
