package io.bisup.llm.block;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.recipe.LowRank;
import io.bisup.llm.kernel.LinearKernels;
import io.bisup.llm.tensor.KernelCalls;

/**
 * A low-rank branch beside a linear: (x Bᵀ) Aᵀ (BiSup, low-rank compensation; ASER, arXiv 2411.07762).
 *
 * @param a [out, rank]
 * @param b [rank, in]
 * @param reads whether x is the input before or after its quantization
 */
public record LowRankBranch(NDArray a, NDArray b, LowRank.Reads reads) implements AutoCloseable {

    /** The branch's output, [..., out]. */
    NDArray apply(KernelCalls kernels, InputPath.Read input, boolean lowPrecision) {
        NDArray x = switch (reads) {
            case EXACT -> input.exact();
            case QUANTIZED -> input.quantized();
        };
        NDArray inner = LinearKernels.linear(kernels, x, b, null, lowPrecision);
        return LinearKernels.linear(kernels, inner, a, null, lowPrecision);
    }

    @Override
    public void close() {
        a.close();
        b.close();
    }
}
