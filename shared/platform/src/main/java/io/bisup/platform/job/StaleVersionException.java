package io.bisup.platform.job;

/** A change that was decided on an older version of a job. */
public final class StaleVersionException extends RuntimeException {

    public StaleVersionException(String id) {
        super("job " + id + " has changed since it was read; read it again and decide anew");
    }
}
