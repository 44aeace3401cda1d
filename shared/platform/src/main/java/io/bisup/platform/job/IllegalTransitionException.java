package io.bisup.platform.job;

import io.bisup.contract.JobState;

/** A command that the job's state does not allow. */
public final class IllegalTransitionException extends RuntimeException {

    private final JobState state;

    /**
     * @param action what was asked, as "cancelled"
     * @param remedy what to do instead
     */
    public IllegalTransitionException(String id, JobState state, String action, String remedy) {
        super("job " + id + " is " + state + ": it cannot be " + action + "; " + remedy);
        this.state = state;
    }

    public JobState state() {
        return state;
    }
}
