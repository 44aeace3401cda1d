package io.bisup.quantize.kernel;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.quantize.block.Branch;

/**
 * Low-rank factors of an error ({@code quant_lowrank.py}); ASER, arXiv 2411.07762, §3. Results belong to the open scope.
 * What torch cannot compute, such as shapes that do not fit each other, throws a
 * {@link io.bisup.llm.tensor.KernelException}.
 */
public final class LowRankKernels {

    private LowRankKernels() {}

    /**
     * Balanced factors of the truncated SVD of E S, the right one multiplied by S⁻¹.
     *
     * @param error E, [out, in]
     * @param root S, lower triangular float64 [in, in]
     * @param sketch Gaussian test matrix of a randomized SVD, [in, n]; without elements for a dense one
     * @param rank most columns
     * @param energy part of Σσ² that suffices, up to 1
     * @return A [out, rank] and B [rank, in] in the type of E; rank is the smallest, up to {@code rank}, that has the
     *     energy
     */
    public static Branch factor(
            KernelCalls kernels, NDArray error, NDArray root, NDArray sketch, long rank, double energy) {
        NDArray[] factors = kernels.callMany("lowrank_factor", error, root, sketch, rank, energy);
        return new Branch(factors[0], factors[1]);
    }

    /**
     * S, lower triangular float64 [in, in], with S Sᵀ = gram/tokens + damping·mean(diag)·I (methods §5.1).
     *
     * @param gram Σ x xᵀ, [in, in]
     * @param tokens terms of the sum
     * @throws io.bisup.llm.tensor.KernelException when the matrix is not positive definite
     */
    public static NDArray root(KernelCalls kernels, NDArray gram, long tokens, double damping) {
        return kernels.call("lowrank_root", gram, (double) tokens, damping);
    }

    /**
     * A diagonal matrix, float64 [in, in]: the root of the diagonal of gram/tokens, at least 1e-6; gram is Σ x xᵀ, [in,
     * in], over the tokens.
     */
    public static NDArray diagonalRoot(KernelCalls kernels, NDArray gram, long tokens) {
        return kernels.call("lowrank_diagonal_root", gram, (double) tokens);
    }
}
