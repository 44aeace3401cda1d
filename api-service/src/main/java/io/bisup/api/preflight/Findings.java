package io.bisup.api.preflight;

import io.bisup.api.problem.ProblemException;
import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.Problem.FieldError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what is wrong, so that a submitter reads all of it at once. */
final class Findings {

    private final List<FieldError> errors = new ArrayList<>();
    private @Nullable ProblemKind first;

    void add(ProblemKind kind, String pointer, String message, String remedy) {
        if (first == null) {
            first = kind;
        }
        errors.add(new FieldError(pointer, message, remedy));
    }

    /**
     * Ends the check.
     *
     * @throws ProblemException of the first finding's kind, when there is one
     */
    void throwIfAny() {
        if (first != null) {
            FieldError error = errors.getFirst();
            String more = errors.size() == 1 ? "" : " (and " + (errors.size() - 1) + " more, see errors)";
            throw new ProblemException(
                    first, error.pointer() + ": " + error.message() + "; " + error.remedy() + more, errors);
        }
    }
}
