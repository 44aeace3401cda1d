package io.bisup.llm.transform;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.checkpoint.TensorSource;
import io.bisup.llm.checkpoint.TensorSources;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.tensor.Tensors;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Reordering: channel i of the result is channel π(i) of the input (Atom, arXiv 2310.19102, §4.1). */
public final class Permutation implements ChannelMap {
    private final NDArray order;
    private final NDArray inverse;

    private Permutation(NDArray order, NDArray inverse) {
        this.order = order;
        this.inverse = inverse;
        NDScope.unregister(order, inverse);
    }

    /**
     * The permutation π.
     *
     * @param order π(0), …, π(n−1)
     * @throws IllegalArgumentException when a channel is missing
     */
    public static Permutation of(NDManager manager, int... order) {
        long[] inverse = new long[order.length];
        boolean[] seen = new boolean[order.length];
        for (int i = 0; i < order.length; i++) {
            if (order[i] < 0 || order[i] >= order.length || seen[order[i]]) {
                throw new IllegalArgumentException("position " + i + " of a permutation of " + order.length
                        + " channels names channel " + order[i] + ", which is out of range or named twice");
            }
            seen[order[i]] = true;
            inverse[order[i]] = i;
        }
        long[] forward = IntStream.of(order).asLongStream().toArray();
        return new Permutation(
                Tensors.longs(manager, forward, forward.length), Tensors.longs(manager, inverse, inverse.length));
    }

    /** Channels in ascending order of a statistic, so that the outliers come last; equal ones keep their order. */
    public static Permutation ascending(NDManager manager, double... statistic) {
        return of(
                manager,
                IntStream.range(0, statistic.length)
                        .boxed()
                        .sorted(Comparator.comparingDouble(channel -> statistic[channel]))
                        .mapToInt(Integer::intValue)
                        .toArray());
    }

    /** π(0), …, π(n−1). */
    public long[] order() {
        return order.toLongArray();
    }

    @Override
    public int width() {
        return Math.toIntExact(order.size());
    }

    @Override
    public NDArray apply(KernelCalls kernels, NDArray x) {
        return new MapKernels(kernels).gather(x, order);
    }

    @Override
    public NDArray undo(KernelCalls kernels, NDArray y) {
        return new MapKernels(kernels).gather(y, inverse);
    }

    @Override
    public NDArray columns(KernelCalls kernels, NDArray weight) {
        return new MapKernels(kernels).gather(weight, order);
    }

    @Override
    public NDArray rows(KernelCalls kernels, NDArray weight) {
        return new MapKernels(kernels).gatherRows(weight, order);
    }

    @Override
    public NDArray bias(KernelCalls kernels, NDArray bias) {
        return bias.size() == 0 ? bias : new MapKernels(kernels).gather(bias, order);
    }

    @Override
    public MapDescription describe() {
        return MapDescription.of(MapDescription.Kind.PERMUTATION, width());
    }

    @Override
    public List<TensorSource> tensors(String stem) {
        return List.of(TensorSources.of(stem + ".order", order));
    }

    @Override
    public void close() {
        order.close();
        inverse.close();
    }
}
