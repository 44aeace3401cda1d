package io.bisup.api.preflight;

import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.platform.registry.RegisteredDataset;
import io.bisup.platform.registry.RegisteredModel;
import java.util.List;

/**
 * What the names of a spec mean, checked to fit together.
 *
 * @param recipe whole, with the spec's own calibration
 * @param model the source model
 * @param config the model's shape
 * @param calibration what is calibrated on
 * @param evaluationDatasets what is evaluated on, each once
 */
public record Resolved(
        Recipe recipe,
        RegisteredModel model,
        DecoderConfig config,
        RegisteredDataset calibration,
        List<RegisteredDataset> evaluationDatasets) {}
