package io.bisup.api.preflight;

import io.bisup.api.problem.ProblemKind;

/** A model that cannot be used; its message names the file, field or tensor. */
public final class ModelRefusedException extends RuntimeException {

    private final ProblemKind kind;
    private final String remedy;

    ModelRefusedException(ProblemKind kind, String message, String remedy) {
        super(message);
        this.kind = kind;
        this.remedy = remedy;
    }

    public ProblemKind kind() {
        return kind;
    }

    public String remedy() {
        return remedy;
    }
}
