package io.bisup.llm.transform;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.checkpoint.TensorSource;
import io.bisup.llm.tensor.KernelCalls;
import java.util.List;

/**
 * An invertible affine map of the n channels of a tensor's last axis, with what its neighbours must become so that the model's
 * function stays as it is.
 *
 * <p>For a consumer y = x Wᵀ + b of the channels, with W [out, n]: apply(x) · columns(W)ᵀ + consumerBias(W, b) = y. For a
 * producer x = u Vᵀ + c, with V [n, in]: u · rows(V)ᵀ + bias(c) = apply(x), so the map costs nothing at run time.
 *
 * <p>Everything is computed in the type of the tensor that is given, float32 or float64, and is differentiable in it and in
 * the map's own tensors when the kernels record. A map owns its tensors: they outlive the scope in which it was made,
 * unless its Javadoc says otherwise. Widths are not checked: what torch cannot compute throws a
 * {@link io.bisup.llm.tensor.KernelException}.
 */
public sealed interface ChannelMap extends AutoCloseable permits Diagonal, Offset, Permutation, Orthogonal {

    /** Channels n. */
    int width();

    /**
     * The mapped channels.
     *
     * @param x [..., n]
     * @return [..., n]
     */
    NDArray apply(KernelCalls kernels, NDArray x);

    /**
     * The reverse of {@link #apply}.
     *
     * @param y [..., n]
     * @return [..., n]
     */
    NDArray undo(KernelCalls kernels, NDArray y);

    /**
     * The weight of a consumer of the mapped channels.
     *
     * @param weight [out, n]
     * @return [out, n]
     */
    NDArray columns(KernelCalls kernels, NDArray weight);

    /**
     * The bias of a consumer of the mapped channels.
     *
     * @param weight the consumer's weight before {@link #columns}, [out, n]
     * @param bias [out], or without elements where the consumer has none
     * @return [out]; {@code bias} itself where the map has no constant part
     */
    default NDArray consumerBias(KernelCalls kernels, NDArray weight, NDArray bias) {
        return bias;
    }

    /**
     * The weight of a producer whose outputs arrive mapped.
     *
     * @param weight [n, in]
     * @return [n, in]
     */
    NDArray rows(KernelCalls kernels, NDArray weight);

    /**
     * The bias of a producer whose outputs arrive mapped.
     *
     * @param bias [n], or without elements where the producer has none
     * @return [n]; without elements where there is none and the map has no constant part
     */
    NDArray bias(KernelCalls kernels, NDArray bias);

    /** What an artifact stores of this map beside {@link #tensors}; {@link ChannelMaps#open} is the reverse. */
    MapDescription describe();

    /** The tensors that the description does not tell, named {@code stem} and a suffix; the map must stay open until they are written. */
    default List<TensorSource> tensors(String stem) {
        return List.of();
    }

    @Override
    void close();
}
