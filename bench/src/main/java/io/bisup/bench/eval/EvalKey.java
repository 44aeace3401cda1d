package io.bisup.bench.eval;

import org.jspecify.annotations.Nullable;

/**
 * All that a comparison depends on.
 *
 * @param model name of the folder that is read here
 * @param sha256 digest of its configuration, tokenizer and weights
 * @param task the harness's name of the task
 * @param data digest of the task's file
 * @param documents documents scored, from the first
 * @param threads of both programs
 * @param batch requests that the harness passes at once
 * @param maxLength tokens that both read at most
 * @param peer name of the folder that the harness reads; null where it does not run
 * @param code version of all that scores here
 */
public record EvalKey(
        String model,
        String sha256,
        String task,
        String data,
        int documents,
        int threads,
        int batch,
        int maxLength,
        @Nullable String peer,
        String code) {

    /** The same but for the version of the code. */
    boolean sameButCode(EvalKey other) {
        return equals(new EvalKey(
                other.model,
                other.sha256,
                other.task,
                other.data,
                other.documents,
                other.threads,
                other.batch,
                other.maxLength,
                other.peer,
                code));
    }
}
