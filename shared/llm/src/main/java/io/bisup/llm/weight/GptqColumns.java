package io.bisup.llm.weight;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The pass of GPTQ over the columns of one weight. */
final class GptqColumns {

    /** 1, 0.99, …, 0.21: QuaRot's grid of clip factors. */
    private static final double[] CANDIDATES =
            IntStream.range(0, 80).mapToDouble(i -> 1 - i / 100.0).toArray();

    private final TensorRuntime runtime;
    private final WeightKernels kernels;
    private final NDArray weight;
    private final NDArray columns;
    private final NDArray u;
    private final long[] order;
    private final int height;

    /**
     * @param weight as it was, [out, in]
     * @param columns what is rounded, in order, [in, out]; changed in place
     * @param u upper triangular, in order, [in, in] float32
     * @param order the weight's column at each place, [in] int64
     */
    GptqColumns(TensorRuntime runtime, NDArray weight, NDArray columns, NDArray u, NDArray order) {
        this.runtime = runtime;
        this.kernels = new WeightKernels(runtime);
        this.weight = weight;
        this.columns = columns;
        this.u = u;
        this.order = order.toLongArray();
        this.height = Math.toIntExact(weight.getShape().get(0));
    }

    /** @param block columns whose errors are moved behind it together */
    StoredWeight round(WeightGrid grid, int block, GroupScales source) {
        List<StoredWeight> parts = new ArrayList<>();
        int first = 0;
        for (WeightGrid.Segment segment : grid.segments()) {
            parts.add(segment(segment, first, block, source));
            first += segment.columns();
        }
        return StoredWeight.of(parts);
    }

    private StoredWeight segment(WeightGrid.Segment segment, int first, int block, GroupScales source) {
        if (!segment.format().quantizes()) {
            return new Exact(inPlace(calls().call("gptq_slice", columns, first, segment.columns()), first));
        }
        Tiling tiling = Tiling.of(segment.format(), height, segment.columns());
        return switch (source) {
            case GroupScales.Fixed fixed -> withFixedScales(segment, tiling, first, block);
            case GroupScales.Current current -> withCurrentScales(segment, tiling, first, block, source);
            case GroupScales.Searched searched -> withCurrentScales(segment, tiling, first, block, source);
        };
    }

    private StoredWeight withFixedScales(WeightGrid.Segment segment, Tiling tiling, int first, int block) {
        WeightKernels.Scales scales = kernels.scales(
                kernels.columns(weight, first, segment.columns()),
                segment.format(),
                kernels.orEmpty(segment.high()),
                kernels.orEmpty(segment.low()));
        List<NDArray> codes = new ArrayList<>();
        roundColumns(
                codes,
                segment,
                tiling,
                first,
                segment.columns(),
                block,
                scales,
                i -> (order[i] - first) / tiling.columns());
        return packed(segment, first, codes, List.of(scales));
    }

    private StoredWeight withCurrentScales(
            WeightGrid.Segment segment, Tiling tiling, int first, int block, GroupScales source) {
        List<NDArray> codes = new ArrayList<>();
        List<WeightKernels.Scales> scales = new ArrayList<>();
        for (int group = 0; group < tiling.groupsOf(segment.columns()); group++) {
            int start = first + group * tiling.columns();
            int count = Math.min(tiling.columns(), first + segment.columns() - start);
            WeightKernels.Scales current = currentScales(segment, group, start, count, source);
            scales.add(current);
            roundColumns(codes, segment, tiling, start, count, block, current, i -> 0);
        }
        return packed(segment, first, codes, scales);
    }

    private WeightKernels.Scales currentScales(
            WeightGrid.Segment segment, int group, int start, int count, GroupScales source) {
        NDArray slice = calls().call("gptq_slice", columns, start, count);
        if (source instanceof GroupScales.Searched searched) {
            NDArray factor = kernels.clipSearch(slice, segment.format(), searched.norm(), CANDIDATES);
            return kernels.scales(slice, segment.format(), factor, factor);
        }
        return kernels.scales(
                slice,
                segment.format(),
                calls().call("gptq_factor", kernels.orEmpty(segment.high()), group),
                calls().call("gptq_factor", kernels.orEmpty(segment.low()), group));
    }

    /** The row of scales that a column takes. */
    @FunctionalInterface
    private interface ScaleOf {
        long column(int place);
    }

    private void roundColumns(
            List<NDArray> codes,
            WeightGrid.Segment segment,
            Tiling tiling,
            int first,
            int count,
            int block,
            WeightKernels.Scales scales,
            ScaleOf scaleOf) {
        NDArray rows = calls().call("gptq_transposed", scales.scales());
        NDArray zeros = calls().call("gptq_transposed", scales.zeros());
        double levels = (1 << segment.format().bits()) - 1;
        for (int start = first; start < first + count; start += block) {
            int end = Math.min(start + block, first + count);
            long[] index =
                    IntStream.range(start, end).mapToLong(scaleOf::column).toArray();
            int from = start;
            codes.add(Tensors.inScope(
                    () -> calls().call("gptq_block", columns, u, from, index, rows, zeros, tiling.rows(), levels)));
        }
    }

    private StoredWeight packed(
            WeightGrid.Segment segment, int first, List<NDArray> codes, List<WeightKernels.Scales> scales) {
        NDArray joined = calls().call("gptq_joined", (Object) codes.toArray(NDArray[]::new));
        byte[] inOrder = inPlace(calls().call("gptq_transposed", joined), first).toByteArray();
        NDArray all = calls().call("weight_join", (Object)
                scales.stream().map(WeightKernels.Scales::scales).toArray(NDArray[]::new));
        NDArray zeros = calls().call("weight_join", (Object)
                scales.stream().map(WeightKernels.Scales::zeros).toArray(NDArray[]::new));
        return Uniform.packed(
                segment.format(),
                height,
                segment.columns(),
                inOrder,
                all.toFloatArray(),
                calls().call("gptq_bytes", zeros).toByteArray());
    }

    /** Brings columns [out, count] of a segment from the order of rounding to the weight's. */
    private NDArray inPlace(NDArray segment, int first) {
        int count = Math.toIntExact(segment.getShape().get(1));
        long[] targets = IntStream.range(first, first + count)
                .mapToLong(i -> order[i] - first)
                .toArray();
        return calls().call("gptq_placed", segment, Tensors.longs(runtime.manager(), targets, count));
    }

    private Kernels calls() {
        return runtime.kernels();
    }
}
