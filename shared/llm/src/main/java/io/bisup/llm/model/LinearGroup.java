package io.bisup.llm.model;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.tensor.KernelCalls;

/**
 * The linear layers of a block that read the same input: q, k and v; o; gate and up; or down.
 *
 * <p>They stand together because what is done to an input (quantization, smoothing, rotation, observation) is done once.
 */
public interface LinearGroup extends AutoCloseable {
    /**
     * Applies the layers.
     *
     * @param input [batch, time, in]
     * @return one [batch, time, out] per layer, in the order of {@link BlockInput#weights()}
     */
    NDArray[] apply(KernelCalls kernels, NDArray input);

    /** Frees the parameters. */
    @Override
    void close();
}
