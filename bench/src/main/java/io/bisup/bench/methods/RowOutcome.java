package io.bisup.bench.methods;

import java.util.List;

/**
 * What a row's process found.
 *
 * @param row that was measured
 * @param baselines that were measured on the way
 */
public record RowOutcome(ResultRow row, List<Baseline> baselines) {
    public RowOutcome {
        baselines = List.copyOf(baselines);
    }
}
