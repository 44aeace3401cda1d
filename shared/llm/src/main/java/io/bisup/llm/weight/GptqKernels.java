package io.bisup.llm.weight;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.Tensors;
import java.util.Arrays;
import java.util.List;

/** The kernels of {@code gptq.py}. "In order" is the order in which columns are rounded: order[i] is the weight's column at place i. */
record GptqKernels(Kernels kernels) {

    /**
     * U with (H + λ·mean(diag H)·I)⁻¹ = Uᵀ U.
     *
     * @param u upper triangular float64 [in, in], in order
     * @param valid whether there is one
     */
    record Root(NDArray u, boolean valid) {}

    /** H = gram / tokens, float64, in order; never active channels have the others' mean. */
    NDArray moments(SecondMoments inputs, NDArray order) {
        return kernels.call("gptq_moments", inputs.gram(), (double) inputs.tokens(), order);
    }

    /** Channels of gram [in, in] that were never active. */
    int deadChannels(NDArray gram) {
        return (int)
                Arrays.stream(kernels.call("gptq_dead", gram).toLongArray()).sum();
    }

    /** Channels {@code first} and {@code count − 1} behind it, the largest second moment first; int64. */
    NDArray byActivation(NDArray gram, int first, int count) {
        return kernels.call("gptq_order", gram, first, count);
    }

    Root root(NDArray moments, double damping) {
        NDArray[] root = kernels.callMany("gptq_root", moments, damping);
        return new Root(root[0], root[1].getBoolean());
    }

    /** A weight [out, in] as columns in order, [in, out]. */
    NDArray columns(NDArray weight, NDArray order) {
        return kernels.call("gptq_columns", weight, order);
    }

    /** Columns [in, out] moved by a part of what stands best for them on quantized inputs. */
    NDArray shifted(NDArray columns, NDArray cross, long tokens, NDArray order, NDArray u, double part) {
        return kernels.call("gptq_shift", columns, cross, (double) tokens, order, u, part);
    }

    NDArray toFloat(NDArray x) {
        return kernels.call("gptq_single", x);
    }

    /**
     * Rounds columns and moves their errors into those behind, in place.
     *
     * @param columns [in, out], in order
     * @param u float32 [in, in], in order
     * @param first place of the first column
     * @param index row of {@code scales} for each column
     * @param scales [any, tiles]
     * @param zeros zero points, as scales
     * @param rows that share a scale
     * @param levels largest code
     * @return unsigned codes u8 [columns, out]
     */
    NDArray round(
            NDArray columns, NDArray u, int first, long[] index, NDArray scales, NDArray zeros, int rows, int levels) {
        return Tensors.inScope(
                () -> kernels.call("gptq_block", columns, u, first, index, scales, zeros, rows, (double) levels));
    }

    /** Places {@code first} and behind of columns [in, out] as a weight [out, count]. */
    NDArray slice(NDArray columns, int first, int count) {
        return kernels.call("gptq_slice", columns, first, count);
    }

    /** One below the other. */
    NDArray joined(List<NDArray> parts) {
        return kernels.call("gptq_joined", (Object) parts.toArray(NDArray[]::new));
    }

    NDArray transposed(NDArray x) {
        return kernels.call("gptq_transposed", x);
    }

    /** Column j of x becomes column target[j], int64. */
    NDArray placed(NDArray x, NDArray target) {
        return kernels.call("gptq_placed", x, target);
    }

    /** Clip factors of one group of factors that are broadcast over groups; none stay none. */
    NDArray factorOf(NDArray factors, int group) {
        return kernels.call("gptq_factor", factors, group);
    }

    /** Whole numbers from 0 to 255 as bytes. */
    byte[] bytes(NDArray x) {
        return kernels.call("gptq_bytes", x).toByteArray();
    }
}
