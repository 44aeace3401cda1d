package io.bisup.platform.access;

/** A tenant has as many unfinished jobs as it may have. */
public final class QuotaExceededException extends RuntimeException {

    public QuotaExceededException(Tenant tenant) {
        super("tenant '" + tenant.id() + "' has " + tenant.maxLiveJobs()
                + " unfinished jobs, its limit: wait for one to end, cancel one, or ask an operator for more");
    }
}
