package io.bisup.api.problem;

import java.util.Locale;

/** The kinds of problem the API answers with: the {@code code}, the HTTP status and whether trying again can help. */
public enum ProblemKind {
    MALFORMED_JSON(400, "The body is not one JSON document"),
    INVALID_PARAMETER(400, "A header, path or query parameter cannot be meant"),
    MISSING_IDEMPOTENCY_KEY(400, "The Idempotency-Key header is missing"),
    INVALID_SPEC(422, "A field cannot be meant"),
    IDEMPOTENCY_KEY_REUSED(422, "The Idempotency-Key was used for another request"),
    MODEL_NOT_FOUND(422, "The model is not registered"),
    ARTIFACT_NOT_FOUND(422, "No such artifact is published"),
    DATASET_NOT_FOUND(422, "A data set is not registered"),
    DATASET_TOO_SHORT(422, "A data set is too short"),
    UNSUPPORTED_ARCHITECTURE(422, "This release cannot run the model"),
    UNSUPPORTED_RECIPE(422, "This release cannot apply the recipe to the model"),
    UNSUPPORTED_EXPORT(422, "The format cannot say what the recipe makes of the model"),
    MALFORMED_CHECKPOINT(422, "The checkpoint is incomplete or damaged"),
    SOURCE_NOT_READABLE(422, "The source cannot be read"),
    SOURCE_NOT_ALLOWED(403, "The source is not allowed"),
    UNAUTHENTICATED(401, "The request names nobody"),
    FORBIDDEN(403, "The caller may not do this"),
    ORIGIN_NOT_ALLOWED(403, "Pages of other sites may not call this service"),
    HOST_NOT_ALLOWED(421, "The request is addressed to another host"),
    NOT_FOUND(404, "There is no such resource"),
    METHOD_NOT_ALLOWED(405, "The resource does not know this method"),
    NOT_ACCEPTABLE(406, "The resource has no such representation"),
    NAME_TAKEN(409, "The name stands for something else"),
    ILLEGAL_TRANSITION(409, "The job's state forbids this"),
    STALE_VERSION(412, "The resource has changed since it was read"),
    MISSING_IF_MATCH(428, "The If-Match header is missing"),
    BODY_TOO_LARGE(413, "The body is too large"),
    URI_TOO_LONG(414, "The address is too long"),
    HEADERS_TOO_LARGE(431, "The request's head is too large"),
    TOO_MANY_REQUESTS(429, "Too many requests"),
    QUOTA_EXCEEDED(429, "The tenant's quota is used up"),
    UNSUPPORTED_MEDIA_TYPE(415, "The body has the wrong content type"),
    BAD_REQUEST(400, "The request cannot be understood"),
    STORE_UNAVAILABLE(503, "A store is not reachable"),
    BUSY(503, "The service is busy"),
    INTERNAL(500, "The service failed");

    private final int status;
    private final String title;

    ProblemKind(int status, String title) {
        this.status = status;
        this.title = title;
    }

    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    /** Whether the same request can succeed later. */
    public boolean retryable() {
        return this == STORE_UNAVAILABLE || this == BUSY || this == TOO_MANY_REQUESTS || this == QUOTA_EXCEEDED;
    }

    /** A URI that names the kind. */
    public String type() {
        return "urn:bisup:problem:" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
