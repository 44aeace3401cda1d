package io.bisup.api.preflight;

import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.DivergenceSpec;
import io.bisup.contract.EvaluationSpec;
import io.bisup.contract.PerplexitySpec;
import io.bisup.contract.PropagationSpec;
import io.bisup.contract.TaskSpec;
import io.bisup.data.task.Task;
import io.bisup.platform.registry.RegisteredDataset;

/** Whether a data set is of the kind that its evaluation needs. */
final class EvaluationChecks {

    private EvaluationChecks() {}

    static void check(RegisteredDataset dataset, EvaluationSpec wanted, String pointer, Findings findings) {
        switch (wanted) {
            case PerplexitySpec perplexity ->
                requireDocuments(dataset, perplexity.protocol(), pointer + "/protocol", findings);
            case DivergenceSpec divergence ->
                requireDocuments(dataset, divergence.divergence(), pointer + "/divergence", findings);
            case TaskSpec task -> requireTask(dataset, task, pointer, findings);
            case PropagationSpec propagation -> {
                // Any text will do.
            }
        }
    }

    private static void requireDocuments(
            RegisteredDataset dataset, PerplexitySpec.Protocol protocol, String pointer, Findings findings) {
        if (protocol.needsDocuments() && !dataset.format().hasFields()) {
            findings.add(
                    ProblemKind.INVALID_SPEC,
                    pointer,
                    protocol.id() + " needs documents, '" + dataset.name() + "' is running text",
                    "register it as JSON lines or Parquet with a field \"text\", or use protocol gptq");
        }
    }

    private static void requireTask(RegisteredDataset dataset, TaskSpec wanted, String pointer, Findings findings) {
        if (Task.named(wanted.task()).isEmpty()) {
            findings.add(
                    ProblemKind.INVALID_SPEC,
                    pointer + "/task",
                    "'" + wanted.task() + "' is no task",
                    "use one of " + String.join(", ", Task.names()));
        }
        if (!dataset.format().hasFields()) {
            findings.add(
                    ProblemKind.INVALID_SPEC,
                    pointer + "/dataset",
                    "'" + dataset.name() + "' is running text, a task needs rows with fields",
                    "register JSON lines or Parquet with ?task=" + wanted.task());
        }
    }
}
