package io.bisup.platform.job;

/** A write of an attempt that is no longer the job's current one. Whoever sees it stops at once. */
public final class StaleEpochException extends RuntimeException {

    private final String id;
    private final long epoch;

    public StaleEpochException(String id, long epoch) {
        super("epoch " + epoch + " of " + id + " is over: the job was taken over, cancelled or finished elsewhere; "
                + "this attempt must stop");
        this.id = id;
        this.epoch = epoch;
    }

    public String id() {
        return id;
    }

    public long epoch() {
        return epoch;
    }
}
