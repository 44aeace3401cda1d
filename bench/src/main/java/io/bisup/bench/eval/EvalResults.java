package io.bisup.bench.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All that was compared so far.
 *
 * @param rows by model and task, in the order of their first measurement
 */
public record EvalResults(List<EvalRow> rows) {

    static final EvalResults NONE = new EvalResults(List.of());

    public EvalResults {
        rows = rows == null ? List.of() : List.copyOf(rows);
    }

    /** The row of a key; of any version of the code, where {@code anyCode}. */
    Optional<EvalRow> row(EvalKey key, boolean anyCode) {
        return rows.stream()
                .filter(row -> row.key().equals(key) || (anyCode && row.key().sameButCode(key)))
                .findFirst();
    }

    /** These and a row, in the place of what other code measured of the same question. */
    EvalResults with(EvalRow row) {
        List<EvalRow> all = new ArrayList<>(rows);
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).key().sameButCode(row.key())) {
                all.set(i, row);
                return new EvalResults(all);
            }
        }
        all.add(row);
        return new EvalResults(all);
    }
}
