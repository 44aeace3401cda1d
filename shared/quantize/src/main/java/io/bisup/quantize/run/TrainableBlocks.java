package io.bisup.quantize.run;

import io.bisup.contract.InvalidSpecException;
import io.bisup.llm.config.DecoderConfig;

/** What of a family's block graph the training step does not know yet, although models of it run; refused before any work. */
final class TrainableBlocks {

    private TrainableBlocks() {}

    /**
     * Refuses a model whose blocks the training step would compute otherwise than the model does.
     *
     * @param positions tokens of a calibration sample, with the prefix before it
     * @throws InvalidSpecException naming the cause and a remedy
     */
    static void check(DecoderConfig config, int positions) {
        if (config.outputBias() || config.feedForwardBias()) {
            throw new InvalidSpecException(
                    "model",
                    "has biases on the output projection or in the feed-forward layer, which quantization does not carry yet",
                    "use a model without attention_bias and mlp_bias in its config.json");
        }
        int window = config.windows().narrowest();
        if (positions > window) {
            throw new InvalidSpecException(
                    "calibration/sequenceLength",
                    positions + " positions, prefix included, exceed the sliding window of " + window
                            + " that blocks of this model attend over",
                    "use samples that fit the window");
        }
    }
}
