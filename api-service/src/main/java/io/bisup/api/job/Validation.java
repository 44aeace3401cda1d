package io.bisup.api.job;

import io.bisup.api.preflight.ServedAs;
import io.bisup.contract.recipe.Recipe;
import java.util.List;

/**
 * The answer to a spec that was only to be checked.
 *
 * @param valid always true: what is not is a problem
 * @param model name of the model
 * @param modelDigest what the name stands for
 * @param blocks decoder blocks to work on
 * @param code bits and group
 * @param recipe the whole recipe
 * @param serving each format: whether the artifact can be exported so, who reads it, and why it cannot
 */
public record Validation(
        boolean valid,
        String model,
        String modelDigest,
        int blocks,
        String code,
        Recipe recipe,
        List<ServedAs> serving) {}
