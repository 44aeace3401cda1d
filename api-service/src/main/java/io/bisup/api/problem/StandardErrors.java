package io.bisup.api.problem;

/** What the framework refuses by itself, in our words. */
public final class StandardErrors {

    private StandardErrors() {}

    public static ProblemKind kind(int status) {
        return switch (status) {
            case 401 -> ProblemKind.UNAUTHENTICATED;
            case 403 -> ProblemKind.FORBIDDEN;
            case 404 -> ProblemKind.NOT_FOUND;
            case 405 -> ProblemKind.METHOD_NOT_ALLOWED;
            case 406 -> ProblemKind.NOT_ACCEPTABLE;
            case 413 -> ProblemKind.BODY_TOO_LARGE;
            case 414 -> ProblemKind.URI_TOO_LONG;
            case 431 -> ProblemKind.HEADERS_TOO_LARGE;
            case 415 -> ProblemKind.UNSUPPORTED_MEDIA_TYPE;
            case 503 -> ProblemKind.STORE_UNAVAILABLE;
            default -> status < 500 ? ProblemKind.BAD_REQUEST : ProblemKind.INTERNAL;
        };
    }

    public static String detail(ProblemKind kind) {
        return switch (kind) {
            case NOT_FOUND -> "nothing is here; /q/openapi lists what there is";
            case METHOD_NOT_ALLOWED -> "the resource does not know this method; /q/openapi lists those it knows";
            case NOT_ACCEPTABLE -> "accept application/json, or text/event-stream for events";
            case UNSUPPORTED_MEDIA_TYPE -> "send application/json; data sets: text/plain or application/jsonl";
            case BODY_TOO_LARGE, URI_TOO_LONG, HEADERS_TOO_LARGE -> "send less";
            case UNAUTHENTICATED ->
                "send Authorization: Bearer KEY; an operator makes keys with bisup keys create or POST /v1/admin/keys";
            case FORBIDDEN -> "the caller's role does not allow it; ask an operator";
            case BAD_REQUEST -> "the address, a header or a parameter cannot be read; /q/openapi says what is";
            default -> kind.title();
        };
    }
}
