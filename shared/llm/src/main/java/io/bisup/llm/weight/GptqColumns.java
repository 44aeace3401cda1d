package io.bisup.llm.weight;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.weight.WeightKernels.Scales;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

/** The pass of GPTQ over the columns of one weight; temporary tensors are left to the caller's scope. */
final class GptqColumns {

    /** 1, 0.99, …, 0.21: QuaRot's grid of clip factors. */
    private static final double[] CANDIDATES =
            IntStream.range(0, 80).mapToDouble(i -> 1 - i / 100.0).toArray();

    private final TensorRuntime runtime;
    private final WeightKernels weights;
    private final GptqKernels kernels;
    private final NDArray weight;
    private final NDArray columns;
    private final NDArray u;
    private final long[] order;
    private final int block;
    private final int height;

    /**
     * @param weight as it was, [out, in]
     * @param columns what is rounded, in order, [in, out]; changed in place
     * @param u upper triangular, in order, [in, in] float32
     * @param order the weight's column at each place, [in] int64
     * @param block columns whose errors are moved behind it together
     */
    GptqColumns(TensorRuntime runtime, NDArray weight, NDArray columns, NDArray u, NDArray order, int block) {
        this.runtime = runtime;
        this.weights = new WeightKernels(runtime);
        this.kernels = new GptqKernels(runtime.kernels());
        this.weight = weight;
        this.columns = columns;
        this.u = u;
        this.order = order.toLongArray();
        this.block = block;
        this.height = Math.toIntExact(weight.getShape().get(0));
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
            return new Exact(inPlace(kernels.slice(columns, first, segment.columns()), first));
        }
        Part part = new Part(segment, first, Tiling.of(segment.format(), height, segment.columns()));
        return switch (source) {
            case GroupScales.Fixed fixed -> withFixedScales(part);
            case GroupScales.Current current -> withCurrentScales(part, current);
            case GroupScales.Searched searched -> withCurrentScales(part, searched);
        };
    }

    private StoredWeight withFixedScales(Part part) {
        NDArray original = weights.columns(weight, part.first(), part.segment().columns());
        Scales scales = weights.scales(original, part.segment());
        int group = part.tiling().columns();
        List<NDArray> codes =
                codes(part, part.first(), part.end(), scales, place -> (order[place] - part.first()) / group);
        return packed(part, codes, List.of(scales));
    }

    private StoredWeight withCurrentScales(Part part, GroupScales source) {
        List<NDArray> codes = new ArrayList<>();
        List<Scales> scales = new ArrayList<>();
        for (int start = part.first();
                start < part.end();
                start += part.tiling().columns()) {
            int end = Math.min(start + part.tiling().columns(), part.end());
            Scales current = currentScales(part, scales.size(), kernels.slice(columns, start, end - start), source);
            scales.add(current);
            codes.addAll(codes(part, start, end, current, place -> 0));
        }
        return packed(part, codes, scales);
    }

    /** Scales of one group from its columns as they are, [out, count]. */
    private Scales currentScales(Part part, int group, NDArray current, GroupScales source) {
        WeightGrid.Segment segment = part.segment();
        if (source instanceof GroupScales.Searched searched) {
            NDArray factor = weights.clipSearch(current, segment.format(), searched.norm(), CANDIDATES);
            return weights.scales(current, segment.format(), factor, factor);
        }
        return weights.scales(
                current,
                segment.format(),
                kernels.factorOf(weights.orEmpty(segment.high()), group),
                kernels.factorOf(weights.orEmpty(segment.low()), group));
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
        for (int first = start; first < end; first += block) {
            long[] index = IntStream.range(first, Math.min(first + block, end))
                    .mapToLong(group)
                    .toArray();
            codes.add(kernels.round(
                    columns, u, first, index, steps, zeros, part.tiling().rows(), levels));
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
