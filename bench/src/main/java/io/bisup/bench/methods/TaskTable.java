package io.bisup.bench.methods;

import io.bisup.contract.Estimate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Accuracies of lines on the tasks that any of them was scored on; the FP model behind no prefix first. */
final class TaskTable {

    private static final int SIGNIFICANT = 2;

    private final List<Line> lines;
    private final List<TaskId> tasks;

    TaskTable(List<Line> lines) {
        this.lines = lines.stream().filter(line -> !line.tasks().isEmpty()).toList();
        this.tasks = this.lines.stream()
                .flatMap(line -> line.tasks().stream())
                .map(TaskScore::task)
                .distinct()
                .toList();
    }

    boolean isEmpty() {
        return tasks.isEmpty();
    }

    @Override
    public String toString() {
        List<String> head = new ArrayList<>(List.of("recipe"));
        tasks.forEach(task -> head.add(task.task() + " (" + task.documents() + ")"));
        MarkdownTable table = new MarkdownTable(head, 1);
        table.add(exact());
        lines.forEach(line -> table.add(cells(line)));
        return table.toString();
    }

    private List<String> exact() {
        List<String> cells = new ArrayList<>(List.of("FP"));
        for (TaskId task : tasks) {
            cells.add(lines.stream()
                    .flatMap(line -> line.tasks().stream())
                    .filter(score -> score.answers(task, Baseline.NO_PREFIX))
                    .findFirst()
                    .map(score -> accuracy(score.exactAccuracy()))
                    .orElse(""));
        }
        return cells;
    }

    private List<String> cells(Line line) {
        List<String> cells = new ArrayList<>(List.of("`" + line.name() + "`"));
        for (TaskId task : tasks) {
            Optional<TaskScore> found = line.tasks().stream()
                    .filter(score -> score.task().equals(task))
                    .findFirst();
            cells.add(found.map(TaskTable::cell).orElse(""));
        }
        return cells;
    }

    private static String cell(TaskScore score) {
        return accuracy(score.accuracy()) + ", " + difference(score.difference());
    }

    private static String accuracy(Estimate accuracy) {
        return String.format(Locale.ROOT, "%.1f ± %.1f", 100 * accuracy.value(), 100 * accuracy.stderr());
    }

    /** In bold where it is at least two standard errors from none. */
    private static String difference(Estimate difference) {
        String text = String.format(Locale.ROOT, "%+.1f ± %.1f", 100 * difference.value(), 100 * difference.stderr());
        boolean significant =
                difference.value() != 0 && Math.abs(difference.value()) >= SIGNIFICANT * difference.stderr();
        return significant ? "**" + text + "**" : text;
    }
}
