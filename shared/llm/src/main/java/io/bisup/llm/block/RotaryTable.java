package io.bisup.llm.block;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.bisup.llm.kernel.AttentionKernels;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;

/** Cosines and sines of one list of frequencies, tabulated from position 0 and grown as positions are asked for. */
final class RotaryTable implements AutoCloseable {
    private final TensorRuntime runtime;
    private final RotaryFrequencies frequencies;
    private final DataType type;
    private RotaryEmbedding.Angles table;

    RotaryTable(TensorRuntime runtime, RotaryFrequencies frequencies, DataType type, int positions) {
        this.runtime = runtime;
        this.frequencies = frequencies;
        this.type = type;
        this.table = tabulate(positions);
    }

    /** The angles of positions {@code first} to {@code first + count - 1}. */
    synchronized RotaryEmbedding.Angles angles(long first, long count) {
        long needed = first + count;
        if (needed > table.cosines().getShape().get(0)) {
            RotaryEmbedding.Angles small = table;
            table = tabulate(Math.toIntExact(Long.highestOneBit(needed) * 2));
            close(small);
        }
        return new RotaryEmbedding.Angles(
                AttentionKernels.rows(runtime.kernels(), table.cosines(), first, count),
                AttentionKernels.rows(runtime.kernels(), table.sines(), first, count));
    }

    /** A table that outlives every scope. */
    private RotaryEmbedding.Angles tabulate(int positions) {
        float[] perPosition = frequencies.perPosition();
        double[] cosines = new double[positions * perPosition.length];
        double[] sines = new double[cosines.length];
        for (int position = 0; position < positions; position++) {
            for (int i = 0; i < perPosition.length; i++) {
                float angle = position * perPosition[i];
                cosines[position * perPosition.length + i] = frequencies.amplitude() * Math.cos(angle);
                sines[position * perPosition.length + i] = frequencies.amplitude() * Math.sin(angle);
            }
        }
        try (TensorOwner owner = new TensorOwner()) {
            return owner.handOver(
                    new RotaryEmbedding.Angles(tensor(owner, cosines, positions), tensor(owner, sines, positions)));
        }
    }

    private NDArray tensor(TensorOwner owner, double[] values, long positions) {
        return owner.own(Tensors.reals(runtime.manager(), type, values, positions, frequencies.perPosition().length));
    }

    private static void close(RotaryEmbedding.Angles angles) {
        angles.cosines().close();
        angles.sines().close();
    }

    @Override
    public void close() {
        close(table);
    }
}
