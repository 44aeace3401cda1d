package io.bisup.platform.job;

import io.bisup.contract.QuantizationJobSpec;
import io.bisup.contract.recipe.Recipe;
import io.bisup.platform.registry.RegisteredDataset;
import io.bisup.platform.registry.RegisteredModel;

/**
 * What a quantization attempt needs to know; the same for every attempt of a job.
 *
 * @param spec what was posted
 * @param recipe its resolved recipe
 * @param model the source model
 * @param calibration what it calibrates on
 */
public record Work(QuantizationJobSpec spec, Recipe recipe, RegisteredModel model, RegisteredDataset calibration) {}
