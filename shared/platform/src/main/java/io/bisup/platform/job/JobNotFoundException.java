package io.bisup.platform.job;

/** An id that is no job's. */
public final class JobNotFoundException extends RuntimeException {

    public JobNotFoundException(String id) {
        super("there is no job " + id);
    }
}
