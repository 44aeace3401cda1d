package io.bisup.api.problem;

import io.bisup.contract.Json;
import io.bisup.contract.Problem;
import io.bisup.contract.Problem.FieldError;
import jakarta.ws.rs.core.Response;
import java.util.List;

/** Writes problem documents. */
public final class ProblemResponses {

    public static final String MEDIA_TYPE = "application/problem+json";
    private static final int RETRY_AFTER_SECONDS = 5;
    private static final int MAX_TEXT = 1_000;

    private ProblemResponses() {}

    static Response of(ProblemKind kind, String detail, List<FieldError> errors, String path) {
        Response.ResponseBuilder response = Response.status(kind.status())
                .type(MEDIA_TYPE)
                .header("Cache-Control", "no-store")
                .entity(document(kind, detail, errors, path));
        if (kind.retryable()) {
            response.header("Retry-After", RETRY_AFTER_SECONDS);
        }
        return response.build();
    }

    /** The document as JSON text. */
    public static String document(ProblemKind kind, String detail, List<FieldError> errors, String path) {
        return Json.write(new Problem(
                kind.type(),
                kind.title(),
                kind.status(),
                shortened(detail),
                path,
                kind.name(),
                kind.retryable(),
                errors.stream()
                        .map(e -> new FieldError(shortened(e.pointer()), shortened(e.message()), e.remedy()))
                        .toList()));
    }

    /** What a client wrote comes back in part only. */
    private static String shortened(String text) {
        return text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) + "…" : text;
    }
}
