package io.bisup.llm.block;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.kernel.LinearKernels;
import io.bisup.llm.tensor.KernelCalls;
import org.jspecify.annotations.Nullable;

/**
 * One linear layer: y = x̂ Ŵᵀ + (x̃ Bᵀ) Aᵀ + bias (BiSup, low-rank compensation).
 *
 * @param weight as multiplied, [out, in]
 * @param bias [out], or null
 * @param branch low-rank compensation, or null
 */
public record Linear(
        NDArray weight, @Nullable NDArray bias, @Nullable LowRankBranch branch) implements AutoCloseable {

    /** The layer's output, [..., out]. */
    NDArray apply(KernelCalls kernels, InputPath.Read input, boolean lowPrecision) {
        if (branch == null) {
            return LinearKernels.linear(kernels, input.quantized(), weight, bias, lowPrecision);
        }
        NDArray product = LinearKernels.linear(kernels, input.quantized(), weight, null, lowPrecision);
        NDArray sum = LinearKernels.add(kernels, product, branch.apply(kernels, input, lowPrecision));
        return bias == null ? sum : LinearKernels.add(kernels, sum, bias);
    }

    @Override
    public void close() {
        weight.close();
        if (bias != null) {
            bias.close();
        }
        if (branch != null) {
            branch.close();
        }
    }
}
