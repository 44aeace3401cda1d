package io.bisup.contract;

/**
 * How far an evaluation is.
 *
 * @param what what is being measured, such as "arc_easy, FP model"
 * @param done documents or windows done
 * @param of all of them
 */
public record EvaluationProgress(String what, int done, int of) {}
