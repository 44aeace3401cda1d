package io.bisup.bench.eval;

import io.bisup.contract.Estimate;
import org.jspecify.annotations.Nullable;

/**
 * One task on one model.
 *
 * @param key all that the figures depend on
 * @param requests scored
 * @param metric the harness's name of the metric that papers report
 * @param score ours, with its standard error
 * @param ours what it took here
 * @param peer the harness's part; null where it did not run
 */
public record EvalRow(
        EvalKey key,
        int requests,
        String metric,
        Estimate score,
        EvalSide ours,
        @Nullable Beside peer) {}
