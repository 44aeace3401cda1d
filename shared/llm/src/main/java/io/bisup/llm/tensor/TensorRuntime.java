package io.bisup.llm.tensor;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;

/**
 * The tensor library, opened once per process: the device, the root manager of all tensors and the compiled kernels.
 *
 * <p>Tensors live until they are closed. Open an {@link ai.djl.ndarray.NDScope} around each step: it closes what the step
 * made. Create parameters and optimizer state outside of it, and let a result out with {@link Tensors#inScope}.
 *
 * <p>Thread safety: kernels may be called from several platform threads at once; an {@code NDScope} and the gradient mode
 * belong to one thread. Do not call from virtual threads, which may change their carrier between two calls.
 */
public final class TensorRuntime implements AutoCloseable {
    private final ComputeDevice device;
    private final PtNDManager manager;
    private final Kernels kernels;
    private final Compute compute;

    private TensorRuntime(ComputeDevice device, PtNDManager manager, Kernels kernels, Compute compute) {
        this.device = device;
        this.manager = manager;
        this.kernels = kernels;
        this.compute = compute;
    }

    /**
     * Loads the tensor library on its first call in the process and compiles the kernels. Products are computed in float32
     * on a CPU and in bfloat16 on a GPU.
     *
     * @throws IllegalStateException when the library or a kernel cannot be loaded
     */
    public static TensorRuntime open(ComputeDevice device) {
        PtNDManager manager = (PtNDManager) Engine.getEngine("PyTorch").newBaseManager(device.toDjl());
        return new TensorRuntime(device, manager, new Kernels(manager), Compute.usual(device));
    }

    /**
     * As {@link #open}, for a process whose threads a profiler interrupts by signals: float32 products are MKL's on every CPU.
     * A kernel of oneDNN for products of few rows or columns (CPUs with AVX-512) keeps its stack pointer in a buffer of the C
     * library's heap while it runs. A signal that is handled on the thread's own stack then overwrites what lies before that
     * buffer, and the process aborts (docs/benchmarks/products.md).
     */
    public static TensorRuntime openForProfiling(ComputeDevice device) {
        PtNDManager manager = (PtNDManager) Engine.getEngine("PyTorch").newBaseManager(device.toDjl());
        return new TensorRuntime(device, manager, new Kernels(manager, ProductLibrary.MKL), Compute.usual(device));
    }

    /**
     * Sets how many threads of the whole process compute one operation; without it, as many as there are cores.
     *
     * @param threads at least 1
     */
    public void threads(int threads) {
        JniUtils.setNumThreads(threads);
    }

    /** The same tensors and kernels, with products computed in that format; closing either closes both. */
    public TensorRuntime computing(Compute other) {
        return new TensorRuntime(device, manager, kernels, other);
    }

    /** The format in which products are computed. */
    public Compute compute() {
        return compute;
    }

    /** Whether products are computed in bfloat16: what kernels take. */
    public boolean lowPrecision() {
        return compute == Compute.BFLOAT16;
    }

    /** The root manager: every tensor is made by it and lives on {@link #device()}. */
    public NDManager manager() {
        return manager;
    }

    /** The compiled kernels. */
    public Kernels kernels() {
        return kernels;
    }

    /** The device that holds every tensor. */
    public ComputeDevice device() {
        return device;
    }

    /** Closes every tensor that is still open, and the kernels. */
    @Override
    public void close() {
        kernels.close();
        manager.close();
    }
}
