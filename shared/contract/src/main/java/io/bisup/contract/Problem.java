package io.bisup.contract;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An error answer (RFC 9457, application/problem+json).
 *
 * @param type URI of the kind of problem
 * @param title the kind in words
 * @param status HTTP status
 * @param detail this occurrence, with cause and remedy
 * @param instance the request's path
 * @param code machine-readable kind
 * @param retryable whether the same request can succeed later
 * @param errors one entry per field at fault
 */
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        @Nullable String instance,
        String code,
        boolean retryable,
        List<FieldError> errors) {

    /**
     * What is wrong with one field.
     *
     * @param pointer JSON Pointer of the field
     * @param message what is wrong
     * @param remedy what to send instead
     */
    public record FieldError(String pointer, String message, String remedy) {}
}
