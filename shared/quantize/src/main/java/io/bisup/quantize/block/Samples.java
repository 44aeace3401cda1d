package io.bisup.quantize.block;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.kernel.LossWeights;

/** What a block is trained on: inputs from the quantized stream, targets from the full-precision one. */
public interface Samples {

    /** Number of samples. */
    int count();

    /** Input of the block on the quantized stream, [1, time, hidden]; the caller's scope owns it. */
    NDArray input(int sample);

    /** Output of the full-precision block on the full-precision stream, [1, time, hidden]; the caller's scope owns it. */
    NDArray target(int sample);

    /** What the tokens of a sample and the channels of the block's output count in the loss. */
    LossWeights lossWeights(int sample);

    /**
     * Input of the block on the full-precision stream, [1, time, hidden]; the caller's scope owns it.
     *
     * @throws IllegalStateException where the recipe's rounding does not compare both streams
     */
    default NDArray exactInput(int sample) {
        throw new IllegalStateException("exact inputs are not kept");
    }
}
