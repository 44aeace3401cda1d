package io.bisup.bench.methods;

import java.util.List;

/**
 * What a row's process is asked.
 *
 * @param key of the row
 * @param model folder of the checkpoint
 * @param calibration file of the calibration text
 * @param evaluation files of the texts, in the key's order
 * @param tasks files of the tasks, in the key's order
 * @param target empty folder for the artifact
 * @param known baselines of other rows
 * @param answered tasks whose FP answers other rows found
 */
public record RowRequest(
        RowKey key,
        String model,
        String calibration,
        List<String> evaluation,
        List<String> tasks,
        String target,
        List<Baseline> known,
        List<TaskScore> answered) {
    public RowRequest {
        evaluation = List.copyOf(evaluation);
        tasks = List.copyOf(tasks);
        known = List.copyOf(known);
        answered = List.copyOf(answered);
    }
}
