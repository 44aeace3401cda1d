package io.bisup.llm.weight;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.recipe.Format;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.weight.WeightKernels.Scales;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The pass of GPTQ over the columns of one weight; temporary tensors are left to the caller's scope. */
final class GptqColumns {

    /** 1, 0.99, …, 0.21: QuaRot's grid of clip factors. */
    private static final double[] CANDIDATES =
            IntStream.range(0, 80).mapToDouble(i -> 1 - i / 100.0).toArray();

    private final TensorRuntime runtime;
    private final WeightKernels weights;
    private final GptqKernels kernels;
    private final Task task;

    /** What is rounded, with the errors of all columns before, [in, out]; changed in place. */
    private final NDArray columns;

    private final long[] order;
    private final int height;

    /**
     * What is to be done.
     *
     * @param weight as it was, [out, in]
     * @param target what the columns would be without rounding, in order, [in, out]
     * @param a upper triangular factor of the second moments with ones on its diagonal, in order, [in, in] float32
     * @param order the weight's column at each place, [in] int64
     * @param natural whether the order is that of the weight
     * @param block columns whose errors are moved behind it together
     */
    record Task(NDArray weight, NDArray target, NDArray a, NDArray order, boolean natural, int block) {}

    GptqColumns(TensorRuntime runtime, Task task) {
        this.runtime = runtime;
        this.weights = new WeightKernels(runtime);
        this.kernels = new GptqKernels(runtime.kernels());
        this.task = task;
        this.columns = task.target().duplicate();
        this.order = task.order().toLongArray();
        this.height = Math.toIntExact(task.weight().getShape().get(0));
    }

    /**
     * Consecutive places in one number format.
     *
     * @param first place
     */
    private record Part(WeightGrid.Segment segment, int first, Tiling tiling) {
        int end() {
            return first + segment.columns();
        }
    }

    /** Goes over all columns, once. */
    StoredWeight round(WeightGrid grid, GroupScales source) {
        try (TensorOwner owner = new TensorOwner()) {
            List<StoredWeight> parts = new ArrayList<>();
            int first = 0;
            for (WeightGrid.Segment segment : grid.segments()) {
                parts.add(owner.own(part(segment, first, source)));
                first += segment.columns();
            }
            return owner.handOver(StoredWeight.of(parts));
        }
    }

    private StoredWeight part(WeightGrid.Segment segment, int first, GroupScales source) {
        if (!segment.format().quantizes()) {
            keep(first, first + segment.columns());
            return new Exact(inPlace(kernels.slice(columns, first, segment.columns()), first));
        }
        Part part = new Part(segment, first, Tiling.of(segment.format(), height, segment.columns()));
        return source instanceof GroupScales.Fixed || !task.natural()
                ? withScalesOfTheWeight(part, source)
                : withScalesOfTheirTime(part, source);
    }

    private void keep(int start, int end) {
        for (int first = start; first < end; first += task.block()) {
            kernels.keep(columns, task.target(), task.a(), first, Math.min(task.block(), end - first));
        }
    }

    private StoredWeight withScalesOfTheWeight(Part part, GroupScales source) {
        NDArray original =
                weights.columns(task.weight(), part.first(), part.segment().columns());
        WeightGrid.Segment segment = part.segment();
        Scales scales = scales(original, part, source, orEmpty(segment.high()), orEmpty(segment.low()));
        int group = part.tiling().columns();
        List<NDArray> codes =
                codes(part, part.first(), part.end(), scales, place -> (order[place] - part.first()) / group);
        return packed(part, codes, List.of(scales));
    }

    private StoredWeight withScalesOfTheirTime(Part part, GroupScales source) {
        List<NDArray> codes = new ArrayList<>();
        List<Scales> scales = new ArrayList<>();
        NDArray high = orEmpty(part.segment().high());
        NDArray low = orEmpty(part.segment().low());
        for (int start = part.first();
                start < part.end();
                start += part.tiling().columns()) {
            int end = Math.min(start + part.tiling().columns(), part.end());
            NDArray current = kernels.slice(columns, start, end - start);
            int group = scales.size();
            scales.add(scales(current, part, source, kernels.clipOf(high, group), kernels.clipOf(low, group)));
            codes.addAll(codes(part, start, end, scales.getLast(), place -> 0));
        }
        return packed(part, codes, scales);
    }

    /**
     * Scales of columns [out, any].
     *
     * @param high the grid's clip factors of these columns
     */
    private Scales scales(NDArray values, Part part, GroupScales source, NDArray high, NDArray low) {
        Format format = part.segment().format();
        return switch (source) {
            case GroupScales.Fixed fixed -> weights.scales(values, format, high, low);
            case GroupScales.Current current -> weights.scales(values, format, high, low);
            case GroupScales.Searched searched -> {
                NDArray factor = searched.search().best(values, format, searched.norm(), CANDIDATES);
                yield weights.scales(values, format, factor, factor);
            }
        };
    }

    private NDArray orEmpty(@Nullable NDArray factors) {
        return weights.orEmpty(factors);
    }

    /**
     * Rounds the columns of places {@code start} to {@code end}: codes [columns, out], block by block.
     *
     * @param group the group of scales that the column at a place takes
     */
    private List<NDArray> codes(Part part, int start, int end, Scales scales, IntToLongFunction group) {
        NDArray steps = kernels.transposed(scales.scales());
        NDArray zeros = kernels.transposed(scales.zeros());
        int levels = (1 << part.segment().format().bits()) - 1;
        List<NDArray> codes = new ArrayList<>();
        for (int first = start; first < end; first += task.block()) {
            long[] index = IntStream.range(first, Math.min(first + task.block(), end))
                    .mapToLong(group)
                    .toArray();
            codes.add(kernels.round(
                    columns,
                    task.target(),
                    task.a(),
                    first,
                    index,
                    steps,
                    zeros,
                    part.tiling().rows(),
                    levels));
        }
        return codes;
    }

    private StoredWeight packed(Part part, List<NDArray> codes, List<Scales> scales) {
        NDArray inOrder = kernels.transposed(kernels.joined(codes));
        return Uniform.packed(
                part.segment().format(),
                height,
                part.segment().columns(),
                inPlace(inOrder, part.first()).toByteArray(),
                weights.joined(scales.stream().map(Scales::scales).toList()).toFloatArray(),
                kernels.bytes(weights.joined(scales.stream().map(Scales::zeros).toList())));
    }

    /** Brings columns [out, count] of a segment from the order of rounding to the weight's. */
    private NDArray inPlace(NDArray segment, int first) {
        int count = Math.toIntExact(segment.getShape().get(1));
        long[] targets = IntStream.range(first, first + count)
                .mapToLong(i -> order[i] - first)
                .toArray();
        return kernels.placed(segment, Tensors.longs(runtime.manager(), targets, count));
    }
}
