package io.bisup.data.task;

import static io.bisup.data.task.Metric.ACC;
import static io.bisup.data.task.Metric.ACC_NORM;
import static io.bisup.data.task.Metric.GREEDY;
import static io.bisup.data.task.Metric.PERPLEXITY;

import io.bisup.data.DatasetRow;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The tasks, by their names in lm-evaluation-harness 0.4. A row has the raw fields of the Hugging Face data set, or the
 * prompt and choices already built: {@code {ctx, choices, gold}}, {@code {contexts, continuation, gold}} or
 * {@code {ctx, continuation}}.
 */
public enum Task {
    ARC_EASY("arc_easy", List.of(ACC, ACC_NORM), RawFields::arc),
    ARC_CHALLENGE("arc_challenge", List.of(ACC, ACC_NORM), RawFields::arc),
    BOOLQ("boolq", List.of(ACC), RawFields::boolq),
    HELLASWAG("hellaswag", List.of(ACC, ACC_NORM), RawFields::hellaswag),
    LAMBADA_OPENAI("lambada_openai", List.of(PERPLEXITY, GREEDY), RawFields::lambada),
    MMLU("mmlu", List.of(ACC), Mmlu::zeroShot),
    OPENBOOKQA("openbookqa", List.of(ACC, ACC_NORM), RawFields::openbookqa),
    PIQA("piqa", List.of(ACC, ACC_NORM), RawFields::piqa),
    WINOGRANDE("winogrande", List.of(ACC), RawFields::winogrande);

    private static final Set<Task> ARC = Set.of(ARC_EASY, ARC_CHALLENGE);

    private final String id;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<Metric> metrics;

    @SuppressWarnings("ImmutableEnumChecker") // method references
    private final Function<DatasetRow, Prompt> rawFields;

    Task(String id, List<Metric> metrics, Function<DatasetRow, Prompt> rawFields) {
        this.id = id;
        this.metrics = metrics;
        this.rawFields = rawFields;
    }

    /** The harness's name of the task. */
    public String id() {
        return id;
    }

    /** What is reported, in the harness's order. */
    public List<Metric> metrics() {
        return metrics;
    }

    /** The metric that papers report: the normalised accuracy where there is one. */
    public Metric headline() {
        return metrics.contains(ACC_NORM) ? ACC_NORM : metrics.getLast();
    }

    /** Whether solved examples can be shown before a document. */
    public boolean hasExamples() {
        return this == MMLU;
    }

    /** Whether rows that were checked for {@code other} have the fields of this one: ARC's two tasks have the same. */
    public boolean reads(Task other) {
        return this == other || (ARC.contains(this) && ARC.contains(other));
    }

    /** The task of a name. */
    public static Optional<Task> named(String id) {
        return Arrays.stream(values()).filter(task -> task.id.equals(id)).findFirst();
    }

    /** All names. */
    public static List<String> names() {
        return Arrays.stream(values()).map(Task::id).toList();
    }

    /**
     * What a row asks, without examples before it.
     *
     * @throws io.bisup.data.DatasetException if the row has neither the raw nor the built fields of this task
     */
    public Prompt prompt(DatasetRow row) {
        return BuiltFields.are(row) ? BuiltFields.prompt(row) : rawFields.apply(row);
    }
}
