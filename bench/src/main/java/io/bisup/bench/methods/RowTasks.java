package io.bisup.bench.methods;

import io.bisup.data.task.Task;
import io.bisup.data.task.TaskDataset;
import io.bisup.llm.folder.ModelFolder;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.token.Tokenizer;
import io.bisup.measure.PrefixRule;
import io.bisup.measure.Progress;
import io.bisup.measure.task.TaskEvaluation;
import io.bisup.measure.task.TaskRules;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Scores a row's artifact on tasks, and the FP model where no other row did. */
final class RowTasks {

    private final RowRequest request;
    private final TensorRuntime runtime;

    RowTasks(RowRequest request, TensorRuntime runtime) {
        this.request = request;
        this.runtime = runtime;
    }

    /** One score for each task of the key; the two models are not open at once. */
    List<TaskScore> scores(List<Long> prefix) {
        List<TaskId> tasks = request.key().tasks();
        if (tasks.isEmpty()) {
            return List.of();
        }
        Map<TaskId, String> quantized = quantized(tasks);
        Map<TaskId, String> exact = exact(prefix);
        String behind = PrefixRule.sha256(prefix);
        return tasks.stream()
                .map(id -> new TaskScore(id, task(id).headline().id(), behind, of(quantized, id), of(exact, id)))
                .toList();
    }

    private static String of(Map<TaskId, String> answers, TaskId id) {
        return Objects.requireNonNull(answers.get(id), id::task);
    }

    private Map<TaskId, String> quantized(List<TaskId> tasks) {
        try (OpenModel open = ModelFolder.open(Path.of(request.target()), runtime)) {
            return measure(open, tasks);
        }
    }

    /** The FP model's answers: those that other rows found, and the rest of it. */
    private Map<TaskId, String> exact(List<Long> prefix) {
        String behind = PrefixRule.sha256(prefix);
        Map<TaskId, String> answers = new HashMap<>();
        for (TaskId task : request.key().tasks()) {
            request.answered().stream()
                    .filter(score -> score.answers(task, behind))
                    .findFirst()
                    .ifPresent(score -> answers.put(task, score.exact()));
        }
        List<TaskId> missing = request.key().tasks().stream()
                .filter(task -> !answers.containsKey(task))
                .toList();
        if (!missing.isEmpty()) {
            try (OpenModel open = ModelFolder.open(Path.of(request.model()), runtime, prefix)) {
                answers.putAll(measure(open, missing));
            }
        }
        return answers;
    }

    private Map<TaskId, String> measure(OpenModel open, List<TaskId> tasks) {
        Map<TaskId, String> answers = new HashMap<>();
        try (Tokenizer tokenizer = open.openTokenizer()) {
            TaskEvaluation evaluation = new TaskEvaluation(open.model(), open.prefixIds(), tokenizer);
            for (TaskId id : tasks) {
                answers.put(id, answers(evaluation, id));
            }
        }
        return answers;
    }

    private String answers(TaskEvaluation evaluation, TaskId id) {
        Path file = Path.of(request.tasks().get(request.key().tasks().indexOf(id)));
        TaskDataset dataset = new TaskFile(task(id), file).dataset(id.documents());
        return TaskScore.answers(evaluation.samples(dataset, TaskRules.DEFAULT, Progress.SILENT), task(id).headline());
    }

    private static Task task(TaskId id) {
        return Task.named(id.task()).orElseThrow();
    }
}
