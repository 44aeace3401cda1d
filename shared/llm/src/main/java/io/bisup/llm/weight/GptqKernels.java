package io.bisup.llm.weight;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.Tensors;
import java.util.Arrays;
import java.util.List;

/** The kernels of {@code gptq.py}. "In order" is the order in which columns are rounded: order[i] is the weight's column at place i. */
record GptqKernels(Kernels kernels) {

    /**
     * H + λ·mean(diag H)·I = A diag(D) Aᵀ.
     *
     * @param a upper triangular with ones on the diagonal, float64 [in, in], in order
     * @param d float64 [in], in order
     * @param valid whether there are such
     */
    record Factor(NDArray a, NDArray d, boolean valid) {}

    /** H = gram / tokens, float64, against the order: the last first; never active channels have the others' mean. */
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

    Factor factor(NDArray moments, double damping) {
        NDArray[] factor = kernels.callMany("gptq_factor", moments, damping);
        return new Factor(factor[0], factor[1], factor[2].getBoolean());
    }

    /** A weight [out, in] as columns in order, [in, out]. */
    NDArray columns(NDArray weight, NDArray order) {
        return kernels.call("gptq_columns", weight, order);
    }

    /** Columns [in, out] moved by a part of what stands best for them on quantized inputs. */
    NDArray shifted(NDArray columns, NDArray cross, long tokens, NDArray order, Factor factor, double part) {
        return kernels.call("gptq_shift", columns, cross, (double) tokens, order, factor.a(), factor.d(), part);
    }

    NDArray toFloat(NDArray x) {
        return kernels.call("gptq_single", x);
    }

    /**
     * Rounds columns and moves their errors into those behind, in place.
     *
     * @param columns [in, out], in order
     * @param target the columns before any was rounded, [in, out]
     * @param a float32 [in, in], in order
     * @param first place of the first column
     * @param index row of {@code scales} for each column
     * @param scales [any, tiles]
     * @param zeros zero points, as scales
     * @param rows that share a scale
     * @param levels largest code
     * @return unsigned codes u8 [columns, out]
     */
    NDArray round(
            NDArray columns,
            NDArray target,
            NDArray a,
            int first,
            long[] index,
            NDArray scales,
            NDArray zeros,
            int rows,
            int levels) {
        return Tensors.inScope(() ->
                kernels.call("gptq_block", columns, target, a, first, index, scales, zeros, rows, (double) levels));
    }

    /** Leaves columns as the errors before have made them, and moves what that changes into those behind, in place. */
    void keep(NDArray columns, NDArray target, NDArray a, int first, int count) {
        kernels.call("gptq_keep", columns, target, a, first, count).close();
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
    NDArray clipOf(NDArray factors, int group) {
        return kernels.call("gptq_clip", factors, group);
    }

    /** Whole numbers from 0 to 255 as bytes. */
    byte[] bytes(NDArray x) {
        return kernels.call("gptq_bytes", x).toByteArray();
    }
}
