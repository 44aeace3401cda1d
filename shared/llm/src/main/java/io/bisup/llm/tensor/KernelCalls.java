package io.bisup.llm.tensor;

import ai.djl.ndarray.NDArray;

/**
 * Calls kernels by name, either recording gradients or not: code written against this interface serves inference
 * ({@link Kernels}) and training ({@link Kernels#recording()}) alike.
 */
public interface KernelCalls {
    /**
     * Runs a kernel that returns one tensor.
     *
     * @throws KernelException when the kernel fails; the message names it and the shapes of its arguments
     */
    NDArray call(String method, Object... arguments);

    /** Runs a kernel that returns several tensors. */
    NDArray[] callMany(String method, Object... arguments);
}
