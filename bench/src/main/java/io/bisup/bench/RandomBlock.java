package io.bisup.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.bisup.llm.tensor.Tensors;
import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleSupplier;

/** Seeded weights, input and target of one block, the same for every candidate. */
final class RandomBlock {
    private static final double ROTARY_BASE = 10_000;
    private final NDManager manager;
    private final BlockSize size;
    private final Random random = new Random(0);
    private final NDArray[] linears;
    private final NDArray input;
    private final NDArray target;

    RandomBlock(NDManager manager, BlockSize size) {
        this.manager = manager;
        this.size = size;
        this.linears = Arrays.stream(size.linears())
                .map(shape -> normal(1 / Math.sqrt(shape[1]), shape))
                .toArray(NDArray[]::new);
        this.input = normal(1, 1, size.tokens(), size.hidden());
        this.target = normal(1, 1, size.tokens(), size.hidden());
    }

    /** q k v o gate up down, [out, in]. */
    NDArray[] linears() {
        return linears.clone();
    }

    /** [1, tokens, hidden]. */
    NDArray input() {
        return input;
    }

    NDArray target() {
        return target;
    }

    NDArray normal(double scale, int... shape) {
        return filled(() -> scale * random.nextGaussian(), shape);
    }

    NDArray constant(double value, int... shape) {
        return filled(() -> value, shape);
    }

    NDArray none() {
        return constant(0, 0);
    }

    /** [tokens, width]: the angle of column j is that of pair j mod 32. */
    NDArray angles(int width, boolean cosine) {
        int pairs = BlockSize.HEAD / 2;
        int[] next = {0};
        return filled(
                () -> {
                    int i = next[0]++;
                    double position = Math.floorDiv(i, width);
                    double angle = position * Math.pow(ROTARY_BASE, -(double) (i % width % pairs) / pairs);
                    return cosine ? Math.cos(angle) : Math.sin(angle);
                },
                size.tokens(),
                width);
    }

    private NDArray filled(DoubleSupplier values, int... shape) {
        float[] data = new float[Arrays.stream(shape).reduce(1, Math::multiplyExact)];
        for (int i = 0; i < data.length; i++) {
            data[i] = (float) values.getAsDouble();
        }
        return Tensors.floats(manager, data, Arrays.stream(shape).asLongStream().toArray());
    }
}
