package io.bisup.quantize.run;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.quant.BlockFormats;
import java.util.List;
import java.util.function.Function;

/**
 * What the pipeline works on.
 *
 * @param config shape of the model
 * @param source loads a float32 tensor by its Hugging Face name, for the caller to close
 * @param recipe what to do
 * @param windows calibration samples, token ids, all of one length
 * @param prefix token ids whose keys and values stay exact; empty for none
 */
public record QuantizationInput(
        DecoderConfig config,
        Function<String, NDArray> source,
        Recipe recipe,
        List<long[]> windows,
        List<Long> prefix) {

    public QuantizationInput {
        windows = List.copyOf(windows);
        prefix = List.copyOf(prefix);
        if (windows.isEmpty()) {
            throw new InvalidSpecException("calibration", "has no samples", "give a longer calibration text");
        }
        int length = windows.getFirst().length;
        if (windows.stream().anyMatch(w -> w.length != length)) {
            throw new InvalidSpecException("calibration", "has samples of several lengths", "cut them to one length");
        }
        if (length + prefix.size() > config.maxPositions()) {
            throw new InvalidSpecException(
                    "calibration/sequenceLength",
                    length + " tokens behind a prefix of " + prefix.size() + " exceed the model's "
                            + config.maxPositions() + " positions",
                    "use at most " + (config.maxPositions() - prefix.size()));
        }
        SupportedRecipes.check(recipe, config);
        TrainableBlocks.check(config, length + prefix.size());
    }

    /** Tokens of each sample. */
    public int time() {
        return windows.getFirst().length;
    }

    /** The number formats of every block. */
    public BlockFormats formats() {
        return BlockFormats.of(recipe);
    }
}
