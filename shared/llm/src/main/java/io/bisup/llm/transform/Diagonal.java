package io.bisup.llm.transform;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.checkpoint.TensorSource;
import io.bisup.llm.checkpoint.TensorSources;
import io.bisup.llm.tensor.KernelCalls;
import java.util.List;

/**
 * Smoothing: x / s (SmoothQuant, arXiv 2211.10438, eq. 3; BiSup's Θ2). Consumers' columns are multiplied by s, producers' rows
 * divided by it.
 *
 * <p>A map over factors that are learnt belongs to the step that makes it; {@link #kept} takes the factors out of the step's
 * scope.
 *
 * @param factors s, [n], no element 0
 */
public record Diagonal(NDArray factors) implements ChannelMap {

    /** A map that owns its factors s, [n], no element 0: they outlive the open scope and close with the map. */
    public static Diagonal kept(NDArray factors) {
        NDScope.unregister(factors);
        return new Diagonal(factors);
    }

    @Override
    public int width() {
        return Math.toIntExact(factors.size());
    }

    @Override
    public NDArray apply(KernelCalls kernels, NDArray x) {
        return new MapKernels(kernels).divide(x, factors);
    }

    @Override
    public NDArray undo(KernelCalls kernels, NDArray y) {
        return new MapKernels(kernels).multiply(y, factors);
    }

    @Override
    public NDArray columns(KernelCalls kernels, NDArray weight) {
        return new MapKernels(kernels).multiply(weight, factors);
    }

    @Override
    public NDArray rows(KernelCalls kernels, NDArray weight) {
        return new MapKernels(kernels).divideRows(weight, factors);
    }

    @Override
    public NDArray bias(KernelCalls kernels, NDArray bias) {
        return bias.size() == 0 ? bias : new MapKernels(kernels).divide(bias, factors);
    }

    @Override
    public MapDescription describe() {
        return MapDescription.of(MapDescription.Kind.DIAGONAL, width());
    }

    @Override
    public List<TensorSource> tensors(String stem) {
        return List.of(TensorSources.of(stem + ".divisor", factors));
    }

    @Override
    public void close() {
        factors.close();
    }
}
