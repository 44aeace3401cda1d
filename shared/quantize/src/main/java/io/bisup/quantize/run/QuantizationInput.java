package io.bisup.quantize.run;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.plan.BlockPlan;
import io.bisup.quantize.export.EndsType;
import java.util.List;
import java.util.function.Function;

/**
 * What a run works on.
 *
 * @param source makes a float32 tensor of the shape in {@link io.bisup.llm.config.ModelTensors#expected} from its Hugging
 *     Face name, for the caller to close
 * @param plan what to do
 * @param windows calibration samples, token ids, all of one length
 * @param prefix token ids whose keys and values stay exact; empty for none
 * @param ends how a rotated embedding and head are stored
 */
public record QuantizationInput(
        Function<String, NDArray> source, BlockPlan plan, List<long[]> windows, List<Long> prefix, EndsType ends) {

    /**
     * Copies the lists.
     *
     * @throws InvalidSpecException when there are no samples, or samples of several lengths or too long for the model
     */
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
        int positions = plan.config().maxPositions();
        if (length + prefix.size() > positions) {
            throw new InvalidSpecException(
                    "calibration/sequenceLength",
                    length + " tokens behind a prefix of " + prefix.size() + " exceed the model's " + positions
                            + " positions",
                    "use at most " + (positions - prefix.size()));
        }
    }

    /** Shape of the model. */
    public DecoderConfig config() {
        return plan.config();
    }

    /** What is asked for. */
    public Recipe recipe() {
        return plan.recipe();
    }

    /** Tokens of each sample. */
    public int time() {
        return windows.getFirst().length;
    }
}
