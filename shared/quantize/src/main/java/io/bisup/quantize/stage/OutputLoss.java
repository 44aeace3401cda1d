package io.bisup.quantize.stage;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.quantize.kernel.StatisticsKernels;
import java.util.stream.Stream;

/**
 * What roundings x̂ of one input cost the linears that read it: ‖x Wᵀ − x̂ Ŵᵀ‖², up to a part that no rounding changes. With
 * Ŵ = Q R, Q of orthonormal columns, that is ‖x (Qᵀ W)ᵀ − x̂ Rᵀ‖² and the part of x Wᵀ outside the span of Q. Where outputs
 * outnumber inputs, as behind the two norms of a block, R has fewer rows than Ŵ.
 */
final class OutputLoss {

    private final KernelCalls kernels;
    private final NDArray[] exact;
    private final NDArray[] rounded;

    /**
     * For many roundings of many inputs. What is made here belongs to the open scope.
     *
     * @param exact W of each linear, [out, in]
     * @param rounded Ŵ of each
     */
    OutputLoss(KernelCalls kernels, NDArray[] exact, NDArray[] rounded) {
        this.kernels = kernels;
        long outputs = Stream.of(rounded).mapToLong(w -> w.getShape().get(0)).sum();
        if (outputs > rounded[0].getShape().get(1)) {
            NDArray[] reduced = StatisticsKernels.reducedOutputs(kernels, exact, rounded);
            this.exact = new NDArray[] {reduced[0]};
            this.rounded = new NDArray[] {reduced[1]};
        } else {
            this.exact = exact;
            this.rounded = rounded;
        }
    }

    /** y, which losses of roundings of x [1, T, in] are counted from. */
    NDArray wanted(NDArray x) {
        return StatisticsKernels.outputs(kernels, x, exact);
    }

    /**
     * The loss of a rounding.
     *
     * @param wanted of the same x
     * @param quantized x̂, [1, T, in]
     */
    double of(NDArray wanted, NDArray quantized) {
        return StatisticsKernels.outputError(kernels, wanted, quantized, rounded);
    }
}
