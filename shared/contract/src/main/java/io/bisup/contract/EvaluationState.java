package io.bisup.contract;

/** State of an evaluation job, which has a life of its own beside the quantization job that asked for it. */
public enum EvaluationState {
    QUEUED,
    RUNNING,
    SUCCEEDED,
    FAILED,
    CANCELLED;

    public boolean terminal() {
        return switch (this) {
            case QUEUED, RUNNING -> false;
            case SUCCEEDED, FAILED, CANCELLED -> true;
        };
    }
}
