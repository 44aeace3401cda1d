package io.bisup.llm.tensor;

import ai.djl.ndarray.NDArray;

/**
 * Calls kernels by name, either recording gradients or not: code written against this interface serves inference
 * ({@link Kernels}) and training ({@link Kernels#recording()}) alike.
 */
public interface KernelCalls {
    /**
     * Runs a kernel that returns one tensor. Any shape is passed on: the kernel's file says which it takes and gives.
     *
     * @return a tensor of the open scope
     * @throws KernelException when the kernel fails; the message names it and the shapes of its arguments
     * @throws IllegalArgumentException when the kernel returns several tensors
     */
    NDArray call(String method, Object... arguments);

    /**
     * Runs a kernel that returns several tensors, of any shape; see {@link #call}.
     *
     * @return tensors of the open scope, in the kernel's order
     * @throws KernelException when the kernel fails; the message names it and the shapes of its arguments
     */
    NDArray[] callMany(String method, Object... arguments);
}
