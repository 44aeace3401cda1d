package io.bisup.api.problem;

import io.bisup.contract.Problem.FieldError;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request that is answered with a problem document. */
public final class ProblemException extends RuntimeException {

    private final ProblemKind kind;
    private final List<FieldError> errors;
    private @Nullable Duration retryAfter;

    /**
     * @param detail this occurrence in one sentence, with its remedy when there are no {@code errors}
     * @param errors one entry per field at fault
     */
    public ProblemException(ProblemKind kind, String detail, List<FieldError> errors) {
        super(detail);
        this.kind = kind;
        this.errors = List.copyOf(errors);
    }

    public ProblemException(ProblemKind kind, String detail) {
        this(kind, detail, List.of());
    }

    /** A problem of one field. */
    public static ProblemException at(ProblemKind kind, String pointer, String message, String remedy) {
        String place = pointer.isEmpty() ? "the document" : pointer;
        return new ProblemException(
                kind, place + " " + message + "; " + remedy, List.of(new FieldError(pointer, message, remedy)));
    }

    /** Says when the same request can succeed. */
    public ProblemException retryAfter(Duration time) {
        this.retryAfter = time;
        return this;
    }

    /** When the same request can succeed; null where nobody knows. */
    public @Nullable Duration retryAfter() {
        return retryAfter;
    }

    public ProblemKind kind() {
        return kind;
    }

    public List<FieldError> errors() {
        return errors;
    }
}
