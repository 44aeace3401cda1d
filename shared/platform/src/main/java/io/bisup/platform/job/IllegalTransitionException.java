package io.bisup.platform.job;

import io.bisup.contract.JobState;

/** A wish that the job's state forbids. */
public final class IllegalTransitionException extends RuntimeException {

    private final JobState state;

    public IllegalTransitionException(String id, JobState state, String action) {
        super("job " + id + " is " + state + ": it cannot be " + action);
        this.state = state;
    }

    public JobState state() {
        return state;
    }
}
