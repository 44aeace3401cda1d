package io.bisup.bench.eval;

/**
 * The harness's part of a comparison.
 *
 * @param cost what the task took it
 * @param parity how near the two programs' answers are
 * @param program the harness and the libraries below it, with their releases
 */
public record Beside(EvalSide cost, Parity parity, String program) {}
