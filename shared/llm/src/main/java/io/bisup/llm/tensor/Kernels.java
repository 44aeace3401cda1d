package io.bisup.llm.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * The numerical kernels, written in TorchScript ({@code io/bisup/llm/kernels/*.py}), with automatic differentiation.
 *
 * <p>Arguments: {@link NDArray} (Tensor), {@code Integer}/{@code Long} (int), {@code Float}/{@code Double} (float),
 * {@code Boolean} (bool), {@code NDArray[]} (List[Tensor]), {@code long[]} (List[int]), {@code double[]} (List[float]).
 * Results belong to the root manager and to the open {@link ai.djl.ndarray.NDScope}, if any.
 *
 * <p>Thread safety: calls may run concurrently; each sets its own thread's gradient mode and turns it off again. The graph
 * executor's rewriting is off, because it fuses operations after the first runs and so changes the last bits of a result.
 */
public final class Kernels implements KernelCalls, AutoCloseable {
    private final PtNDManager manager;
    private final PtSymbolBlock module;

    Kernels(PtNDManager manager) {
        this(manager, ProductLibrary.here());
    }

    Kernels(PtNDManager manager, ProductLibrary products) {
        this(manager, KernelArchive.build(manager.getDevice().isGpu() ? ProductLibrary.MKL : products));
    }

    Kernels(PtNDManager manager, byte[] archive) {
        this.manager = manager;
        try {
            this.module = JniUtils.loadModule(manager, new ByteArrayInputStream(archive), false, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Further kernels of the built-in ones' form ({@code def name(self, ...)} at the left margin), apart from those. */
    public static Kernels compile(TensorRuntime runtime, String source) {
        return new Kernels((PtNDManager) runtime.manager(), KernelArchive.build(source));
    }

    /** Runs a kernel that returns one tensor, of any shape, as {@link KernelCalls#call} says; no gradient is recorded. */
    @Override
    public NDArray call(String method, Object... arguments) {
        return one(method, run(false, method, arguments));
    }

    /**
     * Runs a kernel that returns several tensors, of any shape, as {@link KernelCalls#callMany} says; no gradient is
     * recorded.
     */
    @Override
    public NDArray[] callMany(String method, Object... arguments) {
        return run(false, method, arguments);
    }

    /** As {@link #call}, for tensors of any shape, and records what {@link #backward} needs. */
    public NDArray callWithGradient(String method, Object... arguments) {
        return one(method, run(true, method, arguments));
    }

    /** As {@link #callMany}, for tensors of any shape, and records what {@link #backward} needs. */
    public NDArray[] callManyWithGradient(String method, Object... arguments) {
        return run(true, method, arguments);
    }

    /** The same kernels with every call recorded for {@link #backward}. */
    public KernelCalls recording() {
        return new KernelCalls() {
            @Override
            public NDArray call(String method, Object... arguments) {
                return callWithGradient(method, arguments);
            }

            @Override
            public NDArray[] callMany(String method, Object... arguments) {
                return callManyWithGradient(method, arguments);
            }
        };
    }

    /**
     * Marks a leaf tensor of any shape, float32 or float64, as a parameter: {@link #backward} accumulates its gradient.
     */
    public void requireGradient(NDArray leaf) {
        JniUtils.attachGradient((PtNDArray) leaf, true);
    }

    /** Back-propagates from a scalar; gradients add to those the leaves already hold. */
    public void backward(NDArray loss) {
        try (NDArray one = loss.onesLike()) {
            backward(loss, one);
        }
    }

    /** Back-propagates a given gradient of the same shape as {@code output}; the recorded graph is freed. */
    public void backward(NDArray output, NDArray gradient) {
        JniUtils.backward((PtNDArray) output, (PtNDArray) gradient, false, false);
    }

    /**
     * The accumulated gradient of a parameter, of the same shape. It shares memory with the one that the parameter holds:
     * valid until that is zeroed.
     *
     * @throws IllegalStateException when no backward pass has reached this parameter
     */
    public NDArray gradient(NDArray leaf) {
        NDArray gradient = JniUtils.getGradient((PtNDArray) leaf);
        if (gradient == null) {
            throw new IllegalStateException("A parameter of shape " + leaf.getShape()
                    + " has no gradient: either the loss does not depend on it, or requireGradient was not called.");
        }
        return gradient;
    }

    /** Sets the gradients of the given parameters, of any shape, to zero. */
    public void zeroGradients(NDArray... leaves) {
        for (NDArray leaf : leaves) {
            JniUtils.zeroGrad((PtNDArray) leaf);
        }
    }

    private NDArray[] run(boolean withGradient, String method, Object... arguments) {
        try (KernelArguments values = new KernelArguments(arguments)) {
            JniUtils.setGraphExecutorOptimize(false);
            JniUtils.setGradMode(withGradient);
            try (IValue result = TorchLibrary.run(module.getHandle(), method, values.handles())) {
                return toTensors(result);
            } finally {
                JniUtils.setGradMode(false);
            }
        } catch (RuntimeException e) {
            throw new KernelException(
                    "Kernel " + method + KernelArguments.describe(arguments) + " failed: " + e.getMessage(), e);
        }
    }

    private NDArray[] toTensors(IValue result) {
        if (result.isTensor()) {
            return new NDArray[] {result.toTensor(manager)};
        }
        if (result.isTensorList()) {
            return result.toTensorArray(manager);
        }
        IValue[] parts = result.toIValueTuple();
        try {
            return Arrays.stream(parts).map(part -> part.toTensor(manager)).toArray(NDArray[]::new);
        } finally {
            Arrays.stream(parts).forEach(IValue::close);
        }
    }

    private static NDArray one(String method, NDArray[] results) {
        if (results.length != 1) {
            throw new IllegalArgumentException(
                    "Kernel " + method + " returns " + results.length + " tensors; call it with callMany.");
        }
        return results[0];
    }

    /** Frees the compiled module. */
    @Override
    public void close() {
        module.close();
    }
}
