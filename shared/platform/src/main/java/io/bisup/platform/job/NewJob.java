package io.bisup.platform.job;

import io.bisup.contract.QuantizationJobSpec;
import io.bisup.contract.recipe.Recipe;
import io.bisup.platform.registry.RegisteredDataset;
import io.bisup.platform.registry.RegisteredModel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A validated request for a job, with what its names meant at that moment.
 *
 * @param tenant who posts
 * @param spec what was posted
 * @param recipe its resolved recipe
 * @param model what {@code spec.model()} stands for
 * @param calibration what {@code spec.calibrationDataset()} stands for
 * @param evaluationDatasets what the evaluations' data sets stand for, each once
 * @param idempotencyKey the request's key, the tenant's own
 * @param requestFingerprint SHA-256 of the canonical request, to tell a repetition from another request with the same key
 * @param origin the job of the same tenant that this one is made from, or null
 */
public record NewJob(
        String tenant,
        QuantizationJobSpec spec,
        Recipe recipe,
        RegisteredModel model,
        RegisteredDataset calibration,
        List<RegisteredDataset> evaluationDatasets,
        String idempotencyKey,
        String requestFingerprint,
        @Nullable Origin origin) {

    public NewJob {
        evaluationDatasets = List.copyOf(evaluationDatasets);
    }
}
