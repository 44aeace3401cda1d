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
 * @param tasks files of the key's tasks
 */
record PlannedRow(RowKey key, Path model, TextFile calibration, List<TextFile> evaluation, List<TaskFile> tasks) {
    PlannedRow {
        evaluation = List.copyOf(evaluation);
        tasks = List.copyOf(tasks);
    }

    /**
     * What the row's process is asked.
     *
     * @param target empty folder for the artifact
     * @param known what other rows found
     */
    RowRequest request(Path target, Results known) {
        return new RowRequest(
                key,
                model.toAbsolutePath().toString(),
                calibration.file().toString(),
                evaluation.stream().map(text -> text.file().toString()).toList(),
                tasks.stream().map(task -> task.file().toString()).toList(),
                target.toString(),
                known.baselines(),
                known.taskScores(key));
    }
}
