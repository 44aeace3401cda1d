package io.bisup.api.preflight;

import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.DivergenceSpec;
import io.bisup.contract.EvaluationSpec;
import io.bisup.contract.PerplexitySpec;
import io.bisup.contract.PropagationSpec;
import io.bisup.contract.TaskSpec;
import io.bisup.data.task.Task;
import io.bisup.platform.registry.RegisteredDataset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Whether a data set is of the kind that its evaluation needs. */
final class EvaluationChecks {

    private EvaluationChecks() {}

    /** Names of the data sets that an evaluation reads, by where they stand in it. */
    static Map<String, String> datasets(EvaluationSpec wanted) {
        Map<String, String> names = new LinkedHashMap<>();
        names.put("/dataset", wanted.dataset());
        if (wanted instanceof TaskSpec task && task.examples() != null) {
            names.put("/examples/dataset", task.examples().dataset());
        }
        return names;
    }

    /** Checks what an evaluation asks for by itself. */
    static void check(EvaluationSpec wanted, String pointer, Findings findings) {
        if (!(wanted instanceof TaskSpec spec)) {
            return;
        }
        Optional<Task> task = Task.named(spec.task());
        if (task.isEmpty()) {
            findings.add(
                    ProblemKind.INVALID_SPEC,
                    pointer + "/task",
                    "'" + spec.task() + "' is no task",
                    "use one of " + String.join(", ", Task.names()));
        } else if (spec.examples() != null && !task.get().hasExamples()) {
            findings.add(
                    ProblemKind.INVALID_SPEC,
                    pointer + "/examples",
                    spec.task() + " is a zero-shot task here",
                    "leave the examples out");
        }
    }

    /**
     * Checks one of an evaluation's data sets.
     *
     * @param pointer of the evaluation
     * @param at where it names the data set
     */
    static void check(RegisteredDataset dataset, EvaluationSpec wanted, String pointer, String at, Findings findings) {
        switch (wanted) {
            case PerplexitySpec perplexity -> {
                SchemaChecks.requireText(dataset, "a perplexity", pointer + at, findings);
                requireDocuments(dataset, perplexity.protocol(), pointer + "/protocol", findings);
            }
            case DivergenceSpec divergence -> {
                SchemaChecks.requireText(dataset, "a divergence", pointer + at, findings);
                requireDocuments(dataset, divergence.divergence(), pointer + "/divergence", findings);
            }
            case PropagationSpec propagation ->
                SchemaChecks.requireText(dataset, "error propagation", pointer + at, findings);
            case TaskSpec task -> SchemaChecks.requireRows(dataset, task.task(), pointer + at, findings);
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
}
