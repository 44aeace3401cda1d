package io.bisup.contract;

import org.jspecify.annotations.Nullable;

/**
 * Why a job ended badly.
 *
 * @param code the machine-readable reason
 * @param message the cause in one sentence, naming the tensor, file or field
 * @param remedy what a person can do
 * @param phase where it happened, or null when outside an attempt
 * @param block index of the block being worked on, or null
 * @param attempt number of the attempt, from 1; 0 when outside an attempt
 */
public record Failure(
        FailureCode code,
        String message,
        String remedy,
        @Nullable Phase phase,
        @Nullable Integer block,
        int attempt) {

    public static Failure of(FailureCode code, String message) {
        return new Failure(code, message, code.remedy(), null, null, 0);
    }
}
