package io.bisup.llm.quant;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.model.LinearGroup;
import io.bisup.llm.tensor.KernelCalls;

/** Linears that read one quantized input: y = Q(x) Ŵᵀ + (x Bᵀ) Aᵀ + bias (BiSup, eq. 2.3). */
final class QuantizedLinears implements LinearGroup {

    private final BlockFormats formats;
    private final NDArray clip;
    private final NDArray[] weights;
    private final NDArray[] biases;
    private final NDArray[] a;
    private final NDArray[] b;
    private final boolean lowPrecision;

    /**
     * @param clip factors on the input's range, [groups], or empty
     * @param weights fake-quantized, [out, in] each
     * @param biases [out] each, or empty
     * @param a low-rank branch, [out, rank] each, or empty
     * @param b low-rank branch, [rank, in] each, or empty
     */
    QuantizedLinears(
            BlockFormats formats,
            NDArray clip,
            NDArray[] weights,
            NDArray[] biases,
            NDArray[] a,
            NDArray[] b,
            boolean lowPrecision) {
        this.formats = formats;
        this.clip = clip;
        this.weights = weights;
        this.biases = biases;
        this.a = a;
        this.b = b;
        this.lowPrecision = lowPrecision;
    }

    @Override
    public NDArray[] apply(KernelCalls kernels, NDArray input) {
        return kernels.callMany("qb_linears", input, clip, weights, biases, a, b, formats.spec(), lowPrecision);
    }

    @Override
    public void close() {
        clip.close();
        for (NDArray[] group : new NDArray[][] {weights, biases, a, b}) {
            for (NDArray tensor : group) {
                tensor.close();
            }
        }
    }
}
