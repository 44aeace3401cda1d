package io.bisup.contract;

/** Why a job or an evaluation failed. The class decides whether it is tried again; the remedy is what a person reads. */
public enum FailureCode {
    MODEL_NOT_FOUND(FailureClass.INPUT, "register the model again or correct its name"),
    MALFORMED_CHECKPOINT(
            FailureClass.INPUT, "re-download the file that the message names and register the model again"),
    UNSUPPORTED_ARCHITECTURE(
            FailureClass.UNSUPPORTED, "use a Llama, Mistral, Ministral, Qwen2, Qwen3 or Phi-3 checkpoint"),
    UNSUPPORTED_RECIPE(FailureClass.UNSUPPORTED, "use the recipe that the message proposes"),
    DATASET_NOT_FOUND(FailureClass.INPUT, "register the data set again or correct its name"),
    DATASET_TOO_SHORT(FailureClass.INPUT, "give a longer text, or ask for fewer or shorter samples"),
    DATASET_UNSUITABLE(FailureClass.INPUT, "register a data set of the kind that the message asks for"),
    WINDOW_TOO_LONG(FailureClass.INPUT, "ask for windows of at most the tokens that the message names"),
    QUALITY_GATE_MISSED(FailureClass.QUALITY, "the artifact is kept: use more bits, more samples or loosen the gate"),
    OUT_OF_MEMORY(FailureClass.CAPACITY, "use shorter sequences or a worker with more memory"),
    DISK_FULL(FailureClass.CAPACITY, "free disk on the worker or in the object store"),
    NON_FINITE_VALUES(
            FailureClass.INPUT, "the tensor that the message names holds NaN or infinity: check the checkpoint"),
    STORE_UNAVAILABLE(FailureClass.TRANSIENT, "nothing to do: it is tried again"),
    ATTEMPT_KILLED(
            FailureClass.CAPACITY,
            "two attempts' processes died at this job: read the attempts' logs, check the model's files and the worker's memory"),
    LEASE_LOST(FailureClass.TRANSIENT, "nothing to do: it is tried again and resumes at its last block"),
    DEADLINE_EXCEEDED(FailureClass.CAPACITY, "raise the limit that the message names"),
    TOO_MANY_ATTEMPTS(FailureClass.INTERNAL, "read the causes of the attempts, then submit the job again"),
    INTERNAL(FailureClass.INTERNAL, "report it with the job's id");

    /** What is done about a failure of this kind. */
    public enum FailureClass {
        /** Tried again with back-off. */
        TRANSIENT,
        /** Tried once more. */
        CAPACITY,
        /** Never tried again: the input has to change. */
        INPUT,
        /** Never tried again: this release cannot do it. */
        UNSUPPORTED,
        /** Terminal; the artifact is kept. */
        QUALITY,
        /** Tried twice more, then given up. */
        INTERNAL
    }

    private final FailureClass failureClass;
    private final String remedy;

    FailureCode(FailureClass failureClass, String remedy) {
        this.failureClass = failureClass;
        this.remedy = remedy;
    }

    public FailureClass failureClass() {
        return failureClass;
    }

    public String remedy() {
        return remedy;
    }

    /** How many attempts a job may use up with failures of this kind before it fails; a store's outage costs none. */
    public int attempts() {
        return switch (failureClass) {
            case TRANSIENT -> this == STORE_UNAVAILABLE ? Integer.MAX_VALUE : 10;
            case CAPACITY -> 2;
            case INTERNAL -> 3;
            case INPUT, UNSUPPORTED, QUALITY -> 1;
        };
    }
}
