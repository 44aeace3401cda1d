package io.bisup.contract;

import java.util.EnumSet;
import java.util.Set;

/** State of a quantization job. Terminal states never change; phases inside {@link #RUNNING} are progress, not states. */
public enum JobState {
    SUBMITTED,
    VALIDATING,
    REJECTED,
    QUEUED,
    RUNNING,
    EVALUATING,
    PAUSED,
    CANCELLING,
    CANCELLED,
    SUCCEEDED,
    FAILED;

    /** The states that may follow this one; empty when this one is terminal. */
    public Set<JobState> successors() {
        return switch (this) {
            case SUBMITTED -> EnumSet.of(VALIDATING, CANCELLING, FAILED);
            case VALIDATING -> EnumSet.of(REJECTED, QUEUED, CANCELLING, FAILED);
            case QUEUED -> EnumSet.of(RUNNING, PAUSED, CANCELLING, FAILED);
            case RUNNING -> EnumSet.of(EVALUATING, QUEUED, PAUSED, SUCCEEDED, FAILED, CANCELLING);
            case EVALUATING -> EnumSet.of(SUCCEEDED, FAILED, CANCELLING);
            case PAUSED -> EnumSet.of(QUEUED, CANCELLING, FAILED);
            case CANCELLING -> EnumSet.of(CANCELLED, SUCCEEDED, FAILED);
            case REJECTED, CANCELLED, SUCCEEDED, FAILED -> EnumSet.noneOf(JobState.class);
        };
    }

    public boolean terminal() {
        return successors().isEmpty();
    }

    public boolean mayBecome(JobState next) {
        return successors().contains(next);
    }
}
