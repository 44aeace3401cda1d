package io.bisup.platform.job;

import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.EvaluationSpec;
import io.bisup.platform.registry.RegisteredDataset;
import io.bisup.platform.registry.RegisteredModel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an evaluation measures.
 *
 * @param artifact the quantized model; null where the model itself is measured
 * @param model the FP model it came from: the baseline
 * @param evaluations what to measure, in this order
 * @param datasets what the evaluations' data sets stand for
 */
public record EvaluationWork(
        @Nullable ArtifactManifest artifact,
        RegisteredModel model,
        List<EvaluationSpec> evaluations,
        List<RegisteredDataset> datasets) {

    /** The data set of that name. */
    public RegisteredDataset dataset(String name) {
        return datasets.stream()
                .filter(d -> d.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("data set " + name + " is not part of this evaluation"));
    }
}
