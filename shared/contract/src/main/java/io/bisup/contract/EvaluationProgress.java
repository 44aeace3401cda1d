package io.bisup.contract;

import org.jspecify.annotations.Nullable;

/**
 * How far an evaluation is.
 *
 * @param what what is being measured, such as "arc_easy, FP model"
 * @param done documents or windows done
 * @param of all of them
 * @param etaSeconds likely seconds until all are done, at the pace since the first; null while unknown
 */
public record EvaluationProgress(
        String what, int done, int of, @Nullable Double etaSeconds) {}
