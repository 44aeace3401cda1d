package io.bisup.llm.transform;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.tensor.KernelCalls;

/** The kernels of {@code transform.py}; results have the type of the first tensor. */
record MapKernels(KernelCalls calls) {

    /**
     * A Kronecker product as kernels take it.
     *
     * @param signs of the channels before the product, [n], or without elements
     * @param factors matrices [size, size], one per size; without elements for the identity
     * @param sizes of all factors, identities too
     * @param scales that factors are multiplied by
     */
    @SuppressWarnings("ArrayRecordComponent") // a bundle of kernel arguments, never compared
    record Product(NDArray signs, NDArray[] factors, long[] sizes, double[] scales) {}

    /** x / s; x [..., n], s [n]. */
    NDArray divide(NDArray x, NDArray s) {
        return calls.call("map_divide", x, s);
    }

    /** x ⊙ s; x [..., n], s [n]. */
    NDArray multiply(NDArray x, NDArray s) {
        return calls.call("map_multiply", x, s);
    }

    /** Row i of w [n, in] divided by s [i]. */
    NDArray divideRows(NDArray w, NDArray s) {
        return calls.call("map_divide_rows", w, s);
    }

    /** x − c; x [..., n], c [n]. */
    NDArray subtract(NDArray x, NDArray c) {
        return calls.call("map_subtract", x, c);
    }

    /** x + c; x [..., n], c [n]. */
    NDArray add(NDArray x, NDArray c) {
        return calls.call("map_add", x, c);
    }

    NDArray negate(NDArray c) {
        return calls.call("map_negate", c);
    }

    /** bias + c wᵀ; w [out, n], c [n], bias [out] or without elements. */
    NDArray offsetBias(NDArray w, NDArray c, NDArray bias) {
        return calls.call("map_offset_bias", w, c, bias);
    }

    /** Channels of x [..., n] in the given order, int64 [n]. */
    NDArray gather(NDArray x, NDArray order) {
        return calls.call("map_gather", x, order);
    }

    /** Rows of w [n, in] in the given order, int64 [n]. */
    NDArray gatherRows(NDArray w, NDArray order) {
        return calls.call("map_gather_rows", w, order);
    }

    /** x Q; x [..., n]. */
    NDArray rotate(NDArray x, Product q) {
        return calls.call("map_rotate", x, q.signs(), q.factors(), q.sizes(), q.scales());
    }

    /** y Qᵀ; y [..., n]. */
    NDArray rotateBack(NDArray y, Product q) {
        return calls.call("map_rotate_back", y, q.signs(), q.factors(), q.sizes(), q.scales());
    }

    /** Qᵀ w; w [n, in]. */
    NDArray rotateRows(NDArray w, Product q) {
        return calls.call("map_rotate_rows", w, q.signs(), q.factors(), q.sizes(), q.scales());
    }

    /** The orthonormal factor of x [n, n], unique by the signs of the other one's diagonal. */
    NDArray orthonormal(NDArray x) {
        return calls.call("map_orthonormal", x);
    }

    NDArray transposed(NDArray x) {
        return calls.call("map_transposed", x);
    }
}
