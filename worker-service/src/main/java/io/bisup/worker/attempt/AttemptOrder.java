package io.bisup.worker.attempt;

import io.bisup.contract.recipe.Recipe;
import io.bisup.platform.registry.RegisteredDataset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an attempt's process is to compute.
 *
 * @param model folder of the checkpoint
 * @param modelDigest digest of its files
 * @param recipe how to quantize
 * @param calibration file of the calibration text
 * @param dataset how that file is to be read
 * @param systemPrompt text whose keys and values stay exact where the recipe says so
 * @param evaluationWindow tokens of the longest window that will be scored behind the prefix; 0 for none
 * @param target existing folder that all files are written to
 * @param finished names of the files in it that hold the first blocks, made by earlier attempts
 */
public record AttemptOrder(
        String model,
        String modelDigest,
        Recipe recipe,
        String calibration,
        RegisteredDataset dataset,
        @Nullable String systemPrompt,
        int evaluationWindow,
        String target,
        List<String> finished) {

    /** What the supervisor sends when a block is committed and the next may begin. */
    public static final String GO_ON = "GO";

    public AttemptOrder {
        finished = List.copyOf(finished);
    }
}
