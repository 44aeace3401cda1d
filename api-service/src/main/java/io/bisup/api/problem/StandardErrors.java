package io.bisup.api.problem;

/** What the framework refuses by itself, in our words. */
final class StandardErrors {

    private StandardErrors() {}

    static ProblemKind kind(int status) {
        return switch (status) {
            case 404 -> ProblemKind.NOT_FOUND;
            case 405 -> ProblemKind.METHOD_NOT_ALLOWED;
            case 406 -> ProblemKind.NOT_ACCEPTABLE;
            case 413 -> ProblemKind.BODY_TOO_LARGE;
            case 415 -> ProblemKind.UNSUPPORTED_MEDIA_TYPE;
            case 503 -> ProblemKind.STORE_UNAVAILABLE;
            default -> status < 500 ? ProblemKind.BAD_REQUEST : ProblemKind.INTERNAL;
        };
    }

    static String detail(ProblemKind kind) {
        return switch (kind) {
            case NOT_FOUND -> "nothing is here; /q/openapi lists what there is";
            case METHOD_NOT_ALLOWED -> "the resource does not know this method; /q/openapi lists those it knows";
            case NOT_ACCEPTABLE -> "accept application/json, or text/event-stream for events";
            case UNSUPPORTED_MEDIA_TYPE -> "send application/json; data sets: text/plain or application/jsonl";
            case BODY_TOO_LARGE -> "send less";
            default -> kind.title();
        };
    }
}
