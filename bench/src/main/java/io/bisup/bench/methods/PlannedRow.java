package io.bisup.bench.methods;

import java.nio.file.Path;
import java.util.List;

/**
 * A row that is to be there at the end.
 *
 * @param key all that it depends on
 * @param model folder of the checkpoint
 * @param calibration text of the key
 * @param evaluation texts of the key
 */
record PlannedRow(RowKey key, Path model, TextFile calibration, List<TextFile> evaluation) {
    PlannedRow {
        evaluation = List.copyOf(evaluation);
    }

    /**
     * What the row's process is asked.
     *
     * @param target empty folder for the artifact
     * @param known baselines of other rows
     */
    RowRequest request(Path target, List<Baseline> known) {
        return new RowRequest(
                key,
                model.toAbsolutePath().toString(),
                calibration.file().toString(),
                evaluation.stream().map(text -> text.file().toString()).toList(),
                target.toString(),
                known);
    }
}
