package io.bisup.data.task;

import io.bisup.contract.DatasetFormat;
import io.bisup.data.DatasetException;
import io.bisup.data.DatasetRow;
import io.bisup.data.DatasetRows;
import io.bisup.data.TextDataset;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * A task's documents.
 *
 * @param task the task
 * @param name of the data set
 * @param sha256 digest of the file's bytes; with examples, of both files' digests
 * @param shots solved examples before each document
 * @param documents in the file's order
 */
public record TaskDataset(Task task, String name, String sha256, int shots, List<TaskDocument> documents) {
    public TaskDataset {
        documents = List.copyOf(documents);
    }

    /**
     * Reads a file of rows; see {@link Task}.
     *
     * @throws DatasetException if it cannot be read, is empty, or a row does not have the task's fields
     */
    public static TaskDataset read(Path file, String name, DatasetFormat format, Task task) {
        return of(task, name, TextDataset.sha256(file, name), 0, DatasetRows.read(file, name, format), task::prompt);
    }

    /**
     * Reads a file of rows with solved examples before each; only MMLU has them.
     *
     * @param examples the development split
     * @param shots how many
     */
    public static TaskDataset read(
            Path file, String name, DatasetFormat format, Task task, List<DatasetRow> examples, int shots) {
        if (task != Task.MMLU) {
            throw DatasetException.unsuitable(name, task.id() + " is a zero-shot task here", "leave the examples out");
        }
        List<DatasetRow> rows = DatasetRows.read(file, name, format);
        return of(task, name, TextDataset.sha256(file, name), shots, rows, row -> Mmlu.fewShot(row, examples, shots));
    }

    private static TaskDataset of(
            Task task,
            String name,
            String sha256,
            int shots,
            List<DatasetRow> rows,
            Function<DatasetRow, Prompt> prompts) {
        List<TaskDocument> documents = IntStream.range(0, rows.size())
                .mapToObj(i -> prompts.apply(rows.get(i)).document(i))
                .toList();
        return new TaskDataset(task, name, sha256, shots, documents);
    }

    /** The first documents only. */
    public TaskDataset limited(int documents) {
        return new TaskDataset(
                task, name, sha256, shots, this.documents.subList(0, Math.min(documents, this.documents.size())));
    }
}
