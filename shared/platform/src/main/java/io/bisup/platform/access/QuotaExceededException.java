package io.bisup.platform.access;

/** A tenant has as many unfinished jobs, or exports, as it may have. */
public final class QuotaExceededException extends RuntimeException {

    /** @param what they are, in the plural */
    public QuotaExceededException(Tenant tenant, String what) {
        super("tenant '" + tenant.id() + "' has " + tenant.maxLiveJobs() + " unfinished " + what
                + ", its limit: wait for one to end, cancel one, or ask an operator for more");
    }
}
