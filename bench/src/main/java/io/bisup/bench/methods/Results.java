package io.bisup.bench.methods;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/**
 * All that was measured so far.
 *
 * @param rows in the order of their measurement
 * @param baselines perplexities of FP models
 */
public record Results(List<ResultRow> rows, List<Baseline> baselines) {

    static final Results NONE = new Results(List.of(), List.of());

    public Results {
        rows = rows == null ? List.of() : List.copyOf(rows);
        baselines = baselines == null ? List.of() : List.copyOf(baselines);
    }

    /** Whether a row of that key is there; of any version of the code, where {@code anyCode}. */
    boolean has(RowKey key, boolean anyCode) {
        return rows.stream().map(ResultRow::key).anyMatch(k -> k.equals(key) || (anyCode && k.sameButCode(key)));
    }

    /** What FP models answer to tasks, found for other rows of the same model, device and code. */
    List<TaskScore> taskScores(RowKey key) {
        return rows.stream()
                .filter(row -> row.key().model().equals(key.model())
                        && row.key().device().equals(key.device())
                        && row.key().code().equals(key.code()))
                .flatMap(row -> row.tasks().stream())
                .toList();
    }

    /** These and what a row's process found; a row of the same question by other code gives way. */
    Results with(RowOutcome outcome) {
        List<ResultRow> kept = new ArrayList<>(rows);
        kept.removeIf(row -> row.key().sameButCode(outcome.row().key()));
        kept.add(outcome.row());
        SequencedSet<Baseline> known = new LinkedHashSet<>(baselines);
        known.addAll(outcome.baselines());
        return new Results(kept, List.copyOf(known));
    }
}
