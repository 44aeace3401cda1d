package io.bisup.api.preflight;

import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.contract.recipe.Recipe;
import io.bisup.platform.registry.DatasetRegistry;
import io.bisup.platform.registry.RegisteredDataset;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether the data sets exist, hold what their use needs, are not too short, and calibration and evaluation are kept apart. */
@ApplicationScoped
class DatasetChecks {

    private final DatasetRegistry registry;

    DatasetChecks(DatasetRegistry registry) {
        this.registry = registry;
    }

    /** The data sets found; complete when there were no findings. */
    record Found(Optional<RegisteredDataset> calibration, List<RegisteredDataset> evaluation) {}

    Found check(String tenant, QuantizationJobSpec spec, Recipe recipe, Findings findings) {
        Optional<RegisteredDataset> calibration =
                find(tenant, spec.calibrationDataset(), "/calibrationDataset", findings);
        calibration.ifPresent(d -> {
            requireLength(d, recipe.calibration().sequenceLength(), "/calibrationDataset", findings);
            SchemaChecks.requireText(d, "calibration", "/calibrationDataset", findings);
        });
        Map<String, RegisteredDataset> evaluation = new LinkedHashMap<>();
        for (int i = 0; i < spec.evaluation().size(); i++) {
            var wanted = spec.evaluation().get(i);
            String pointer = "/evaluation/" + i;
            EvaluationChecks.check(wanted, pointer, findings);
            EvaluationChecks.datasets(wanted)
                    .forEach((at, name) -> find(tenant, name, pointer + at, findings)
                            .ifPresent(dataset -> {
                                evaluation.put(dataset.name(), dataset);
                                requireLength(dataset, wanted.window(), pointer + at, findings);
                                EvaluationChecks.check(dataset, wanted, pointer, at, findings);
                                calibration.ifPresent(c -> requireApart(c, dataset, findings));
                            }));
        }
        return new Found(calibration, List.copyOf(evaluation.values()));
    }

    private Optional<RegisteredDataset> find(String tenant, String name, String pointer, Findings findings) {
        Optional<RegisteredDataset> found = registry.find(tenant, name);
        if (found.isEmpty()) {
            findings.add(
                    ProblemKind.DATASET_NOT_FOUND,
                    pointer,
                    "'" + name + "' is not registered",
                    "upload it with PUT /v1/datasets/" + name + ", or see GET /v1/datasets for those there are");
        }
        return found;
    }

    /** A token stands for at least one byte, so fewer bytes than tokens can never do. */
    private static void requireLength(RegisteredDataset dataset, int tokens, String pointer, Findings findings) {
        if (dataset.bytes() < tokens) {
            findings.add(
                    ProblemKind.DATASET_TOO_SHORT,
                    pointer,
                    "'" + dataset.name() + "' has " + dataset.bytes() + " bytes, less than one window of " + tokens
                            + " tokens",
                    "register a longer text or ask for shorter windows");
        }
    }

    /** The same bytes under another name are the same data. */
    private static void requireApart(RegisteredDataset calibration, RegisteredDataset evaluation, Findings findings) {
        if (calibration.sha256().equals(evaluation.sha256())) {
            findings.add(
                    ProblemKind.INVALID_SPEC,
                    "/calibrationDataset",
                    "'" + calibration.name() + "' holds the same bytes as '" + evaluation.name()
                            + "', which is evaluated on",
                    "calibrate on a split that is not evaluated, or the figure means nothing");
        }
    }
}
