package io.bisup.llm.transform;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.checkpoint.TensorSource;
import io.bisup.llm.checkpoint.TensorSources;
import io.bisup.llm.tensor.KernelCalls;
import java.util.List;

/**
 * Shifting: x − c (Outlier Suppression+, arXiv 2304.09145, §3.2; the key bias of a cache before RoPE). Weights stay as they are;
 * c moves into the biases of producers and, as c Wᵀ, of consumers.
 *
 * @param constants c, [n]
 */
public record Offset(NDArray constants) implements ChannelMap {

    /** A map that owns its constants c, [n]: they outlive the open scope and close with the map. */
    public static Offset kept(NDArray constants) {
        NDScope.unregister(constants);
        return new Offset(constants);
    }

    @Override
    public int width() {
        return Math.toIntExact(constants.size());
    }

    @Override
    public NDArray apply(KernelCalls kernels, NDArray x) {
        return new MapKernels(kernels).subtract(x, constants);
    }

    @Override
    public NDArray undo(KernelCalls kernels, NDArray y) {
        return new MapKernels(kernels).add(y, constants);
    }

    /** The weight itself. */
    @Override
    public NDArray columns(KernelCalls kernels, NDArray weight) {
        return weight;
    }

    @Override
    public NDArray consumerBias(KernelCalls kernels, NDArray weight, NDArray bias) {
        return new MapKernels(kernels).offsetBias(weight, constants, bias);
    }

    /** The weight itself. */
    @Override
    public NDArray rows(KernelCalls kernels, NDArray weight) {
        return weight;
    }

    @Override
    public NDArray bias(KernelCalls kernels, NDArray bias) {
        return bias.size() == 0
                ? new MapKernels(kernels).negate(constants)
                : new MapKernels(kernels).subtract(bias, constants);
    }

    @Override
    public MapDescription describe() {
        return MapDescription.of(MapDescription.Kind.OFFSET, width());
    }

    @Override
    public List<TensorSource> tensors(String stem) {
        return List.of(TensorSources.of(stem + ".offset", constants));
    }

    @Override
    public void close() {
        constants.close();
    }
}
