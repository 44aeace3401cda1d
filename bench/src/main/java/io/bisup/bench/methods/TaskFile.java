package io.bisup.bench.methods;

import io.bisup.contract.DatasetFormat;
import io.bisup.contract.InvalidSpecException;
import io.bisup.data.DatasetFile;
import io.bisup.data.TextDataset;
import io.bisup.data.task.Task;
import io.bisup.data.task.TaskDataset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A task and the file of its rows, which both programs read.
 *
 * @param task the task
 * @param file rows as JSON lines: the raw fields of the Hugging Face data set, else prompts that are built already
 */
public record TaskFile(Task task, Path file) {

    /** The file of a task in the folder of reference data. */
    static Optional<TaskFile> find(Task task, Path reference) {
        Path folder = reference.resolve("data/zeroshot");
        return Stream.of(
                        folder.resolve("original-fields/" + task.id() + ".validation.jsonl"),
                        folder.resolve(task.id() + ".validation.jsonl"),
                        folder.resolve(task.id() + ".test.jsonl"))
                .filter(Files::exists)
                .map(file -> new TaskFile(task, file))
                .findFirst();
    }

    /**
     * The tasks of these names.
     *
     * @param names the harness's; none for all that have a file
     * @throws InvalidSpecException if a name is no task, or there is no file of it
     */
    public static List<TaskFile> all(List<String> names, Path reference) {
        if (names.isEmpty()) {
            return Arrays.stream(Task.values())
                    .flatMap(task -> find(task, reference).stream())
                    .toList();
        }
        return names.stream().map(name -> named(name, reference)).toList();
    }

    private static TaskFile named(String name, Path reference) {
        Task task = Task.named(name)
                .orElseThrow(() -> new InvalidSpecException(
                        "--tasks", "'" + name + "' is no task", "use " + String.join(", ", Task.names())));
        return find(task, reference)
                .orElseThrow(() -> new InvalidSpecException(
                        "--tasks",
                        "there is no file of " + name + " in " + reference.resolve("data/zeroshot"),
                        "name the folder of reference data by --data"));
    }

    /** What its first documents are; fewer where it has fewer. */
    TaskId id(int limit) {
        return new TaskId(
                task.id(),
                TextDataset.sha256(file, task.id()),
                dataset(limit).documents().size());
    }

    /** The first documents, as they are read here. */
    public TaskDataset dataset(int limit) {
        return TaskDataset.read(new DatasetFile(file, task.id(), DatasetFormat.JSONL), task)
                .limited(limit);
    }
}
