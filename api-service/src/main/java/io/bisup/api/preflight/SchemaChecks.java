package io.bisup.api.preflight;

import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.DatasetSchema;
import io.bisup.data.task.Task;
import io.bisup.platform.registry.RegisteredDataset;
import java.util.Optional;

/**
 * Whether what is in a data set is what its use needs. Where nobody has said what is in one (see
 * {@link RegisteredDataset#schema}), only its format is judged here, and the reader judges its rows.
 */
final class SchemaChecks {

    private SchemaChecks() {}

    /**
     * Text or documents.
     *
     * @param use what needs them, to follow the data set's name in a sentence
     */
    static void requireText(RegisteredDataset dataset, String use, String pointer, Findings findings) {
        DatasetSchema schema = dataset.schema();
        if (schema != null && schema.kind() == DatasetSchema.Kind.TASK) {
            findings.add(
                    ProblemKind.INVALID_SPEC,
                    pointer,
                    "'" + dataset.name() + "' holds " + schema.words() + ", " + use + " needs text or documents",
                    "name a data set of text or documents; GET /v1/datasets says what each holds");
        }
    }

    /** Rows with a task's fields. */
    static void requireRows(RegisteredDataset dataset, String task, String pointer, Findings findings) {
        DatasetSchema schema = dataset.schema();
        if (!dataset.format().hasFields()) {
            refuseRows(dataset, "running text", task, pointer, findings);
        } else if (schema != null && !suits(schema, task)) {
            refuseRows(dataset, schema.words(), task, pointer, findings);
        }
    }

    private static void refuseRows(
            RegisteredDataset dataset, String held, String task, String pointer, Findings findings) {
        findings.add(
                ProblemKind.INVALID_SPEC,
                pointer,
                "'" + dataset.name() + "' holds " + held + ", " + task + " needs rows with its fields",
                "register JSON lines or Parquet with ?task=" + task + " under another name");
    }

    /** A name that is no task's is another check's finding. */
    private static boolean suits(DatasetSchema schema, String task) {
        Optional<Task> wanted = Task.named(task);
        return wanted.isEmpty()
                || Optional.ofNullable(schema.task())
                        .flatMap(Task::named)
                        .filter(wanted.get()::reads)
                        .isPresent();
    }
}
