package io.bisup.data.task;

import io.bisup.data.DatasetException;
import io.bisup.data.DatasetFile;
import io.bisup.data.DatasetRow;
import io.bisup.data.DatasetRows;
import io.bisup.data.TextDataset;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A task's documents.
 *
 * @param task the task
 * @param name of the data set
 * @param sha256 digest of the file's bytes
 * @param examples solved examples before each document, or null
 * @param documents in the file's order
 */
public record TaskDataset(
        Task task, String name, String sha256, @Nullable Examples examples, List<TaskDocument> documents) {

    /**
     * Where solved examples come from.
     *
     * @param sha256 digest of the development split's bytes
     * @param shots how many are shown
     */
    public record Examples(String sha256, int shots) {}

    public TaskDataset {
        documents = List.copyOf(documents);
    }

    /**
     * Reads a file of rows; see {@link Task}.
     *
     * @throws DatasetException if it cannot be read, is empty, or a row does not have the task's fields
     */
    public static TaskDataset read(DatasetFile file, Task task) {
        return of(file, task, null, task::prompt);
    }

    /**
     * Reads a file of rows with solved examples before each; see {@link Task#hasExamples}.
     *
     * @param split the development split that examples come from
     * @param shots how many
     */
    public static TaskDataset read(DatasetFile file, Task task, DatasetFile split, int shots) {
        if (!task.hasExamples()) {
            throw DatasetException.unsuitable(
                    file.name(), task.id() + " is a zero-shot task here", "leave the examples out");
        }
        List<DatasetRow> examples = DatasetRows.read(split.path(), split.name(), split.format());
        String sha256 = TextDataset.sha256(split.path(), split.name());
        return of(file, task, new Examples(sha256, shots), row -> Mmlu.fewShot(row, examples, shots));
    }

    private static TaskDataset of(
            DatasetFile file, Task task, @Nullable Examples examples, Function<DatasetRow, Prompt> prompts) {
        List<DatasetRow> rows = DatasetRows.read(file.path(), file.name(), file.format());
        List<TaskDocument> documents = IntStream.range(0, rows.size())
                .mapToObj(i -> prompts.apply(rows.get(i)).document(i))
                .toList();
        return new TaskDataset(task, file.name(), TextDataset.sha256(file.path(), file.name()), examples, documents);
    }

    /** The first documents only. */
    public TaskDataset limited(int documents) {
        return new TaskDataset(
                task, name, sha256, examples, this.documents.subList(0, Math.min(documents, this.documents.size())));
    }
}
