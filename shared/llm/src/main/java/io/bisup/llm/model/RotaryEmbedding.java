package io.bisup.llm.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;

/**
 * Rotary position embedding (Su et al., 2021): tables of cosines and sines, grown as positions are asked for.
 *
 * <p>Angles are products in float32, as in Hugging Face transformers, so that far positions agree with the models' training.
 */
public final class RotaryEmbedding implements AutoCloseable {
    /**
     * Cosines and sines of consecutive positions.
     *
     * @param cosines [time, headDim / 2]
     * @param sines [time, headDim / 2]
     */
    public record Angles(NDArray cosines, NDArray sines) {}

    private final TensorRuntime runtime;
    private final DataType type;
    private final float[] frequencies;
    private Angles table;

    /** The embedding of a model whose hidden states have the given type. */
    public RotaryEmbedding(TensorRuntime runtime, DecoderConfig config, DataType type) {
        this.runtime = runtime;
        this.type = type;
        this.frequencies = RotaryFrequencies.of(config);
        this.table = tabulate(Math.min(config.maxPositions(), 512));
    }

    /** The angles of positions {@code first} to {@code first + count - 1}. */
    public synchronized Angles angles(long first, long count) {
        long needed = first + count;
        if (needed > table.cosines().getShape().get(0)) {
            Angles small = table;
            table = tabulate(Math.toIntExact(Long.highestOneBit(needed) * 2));
            closeTable(small);
        }
        return new Angles(
                runtime.kernels().call("rows", table.cosines(), first, count),
                runtime.kernels().call("rows", table.sines(), first, count));
    }

    private Angles tabulate(int positions) {
        int half = frequencies.length;
        double[] cosines = new double[positions * half];
        double[] sines = new double[positions * half];
        for (int position = 0; position < positions; position++) {
            for (int i = 0; i < half; i++) {
                float angle = position * frequencies[i];
                cosines[position * half + i] = Math.cos(angle);
                sines[position * half + i] = Math.sin(angle);
            }
        }
        return new Angles(tensor(cosines, positions), tensor(sines, positions));
    }

    /** A table that outlives every scope. */
    private NDArray tensor(double[] values, long positions) {
        NDArray array = Tensors.reals(runtime.manager(), type, values, positions, frequencies.length);
        NDScope.unregister(array);
        return array;
    }

    private static void closeTable(Angles angles) {
        angles.cosines().close();
        angles.sines().close();
    }

    @Override
    public void close() {
        closeTable(table);
    }
}
