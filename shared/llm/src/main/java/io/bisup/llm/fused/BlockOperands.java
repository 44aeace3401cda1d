package io.bisup.llm.fused;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What the quantized block computes with, in the order of the kernels in {@code quant_block.py}, or the gradients of that; an
 * empty tensor where there is none (or no gradient is wanted).
 *
 * @param weights 14: norm1 q k v o norm2 gate up down, biases q k v, head norms q k; before fake quantization
 * @param high clip factors of the seven weights [out, groups]; of upper ends when asymmetric
 * @param low clip factors of lower ends
 * @param activationClip factors of the four inputs [groups]
 * @param keyValueClip factors of keys and values [kv heads]
 * @param a low-rank branches [out, rank]
 * @param b low-rank branches [rank, in]
 */
@SuppressWarnings("ArrayRecordComponent") // a bundle of kernel arguments, never compared
public record BlockOperands(
        NDArray[] weights,
        NDArray[] high,
        NDArray[] low,
        NDArray[] activationClip,
        NDArray[] keyValueClip,
        NDArray[] a,
        NDArray[] b) {

    private static final int[] LINEARS = {1, 2, 3, 4, 6, 7, 8};
    private static final int FIRST_BIAS = 9;
    private static final int BIASES = 3;

    /** The operands of one linear, or their gradients. */
    record Linear(NDArray weight, NDArray bias, NDArray high, NDArray low, NDArray a, NDArray b) {
        Clip clip() {
            return new Clip(FloatMatrix.of(high), FloatMatrix.of(low));
        }
    }

    /** Another tensor for each of these. */
    BlockOperands map(UnaryOperator<NDArray> f) {
        return new BlockOperands(
                map(weights, f),
                map(high, f),
                map(low, f),
                map(activationClip, f),
                map(keyValueClip, f),
                map(a, f),
                map(b, f));
    }

    /** Does something with each of these and its counterpart in {@code others}. */
    void with(BlockOperands others, BiConsumer<NDArray, NDArray> action) {
        NDArray[] mine = all().toArray(NDArray[]::new);
        NDArray[] theirs = others.all().toArray(NDArray[]::new);
        for (int i = 0; i < mine.length; i++) {
            action.accept(mine[i], theirs[i]);
        }
    }

    private Stream<NDArray> all() {
        return Stream.of(weights, high, low, activationClip, keyValueClip, a, b).flatMap(Arrays::stream);
    }

    private static NDArray[] map(NDArray[] arrays, UnaryOperator<NDArray> f) {
        return Arrays.stream(arrays).map(f).toArray(NDArray[]::new);
    }

    /**
     * One of q k v o gate up down.
     *
     * @param none an empty tensor
     */
    Linear linear(int i, NDArray none) {
        NDArray bias = i < BIASES ? weights[FIRST_BIAS + i] : none;
        return new Linear(weights[LINEARS[i]], bias, high[i], low[i], a[i], b[i]);
    }

    /** Clip factors of one of the four inputs; one factor serves both ends of a range. */
    Clip inputClip(int input) {
        FloatMatrix factors = FloatMatrix.of(activationClip[input]);
        return new Clip(factors, factors);
    }

    NDArray inputNorm() {
        return weights[0];
    }

    NDArray postAttentionNorm() {
        return weights[5];
    }

    NDArray queryNorm() {
        return weights[12];
    }

    NDArray keyNorm() {
        return weights[13];
    }
}
