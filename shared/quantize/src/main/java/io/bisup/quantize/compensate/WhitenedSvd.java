package io.bisup.quantize.compensate;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.tensor.KernelException;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.quantize.block.Branch;
import io.bisup.quantize.kernel.LowRankKernels;
import java.util.SplittableRandom;

/**
 * The rank-r matrix L with the least output error ‖(E − L) X‖ (ASER, arXiv 2411.07762, §3): with X Xᵀ = S Sᵀ, the truncated
 * SVD of E S, multiplied by S⁻¹ on the right. In float64; matrices beyond {@link #DENSE_LIMIT} by a randomized SVD.
 */
public final class WhitenedSvd {

    /** Smaller side up to which the SVD is dense. */
    static final long DENSE_LIMIT = 768;

    private static final int OVERSAMPLING = 16;
    private static final double FIRST_DAMPING = 1e-6;
    private static final double LAST_DAMPING = 1;

    private final TensorRuntime runtime;
    private final SplittableRandom random;

    /** @param random draws the test matrix of the randomized SVD */
    public WhitenedSvd(TensorRuntime runtime, SplittableRandom random) {
        this.runtime = runtime;
        this.random = random;
    }

    /**
     * Balanced factors A = U √Σ, B = √Σ Vᵀ S⁻¹.
     *
     * @param error E, [out, in]
     * @param root S from {@link #root}, [in, in]
     * @param rank most columns of A
     * @param energy part of Σσ² of E S that suffices: the rank is the smallest that has it; 1 for the whole rank
     * @return A [out, rank] and B [rank, in], tensors of the open scope
     */
    public Branch factor(NDArray error, NDArray root, int rank, double energy) {
        return LowRankKernels.factor(runtime.kernels(), error, root, sketch(error, rank), usable(error, rank), energy);
    }

    /**
     * S, lower triangular float64, with S Sᵀ = gram/tokens + ε·mean(diag)·I; ε grows until the matrix is positive definite, and
     * as a last resort S is the diagonal's root.
     *
     * @param gram Σ x xᵀ, [in, in]
     * @return [in, in], a tensor of the open scope
     */
    public NDArray root(NDArray gram, long tokens) {
        for (double damping = FIRST_DAMPING; damping <= LAST_DAMPING; damping *= 10) {
            try {
                return LowRankKernels.root(runtime.kernels(), gram, tokens, damping);
            } catch (KernelException notPositiveDefinite) {
                // More damping.
            }
        }
        return LowRankKernels.diagonalRoot(runtime.kernels(), gram, tokens);
    }

    private static long usable(NDArray error, int rank) {
        return Math.min(rank, smallerSide(error));
    }

    private static long smallerSide(NDArray error) {
        return Math.min(error.getShape().get(0), error.getShape().get(1));
    }

    /** The Gaussian test matrix of a randomized SVD, [in, rank + 16]; empty asks for a dense one. */
    private NDArray sketch(NDArray error, int rank) {
        long width = usable(error, rank) + OVERSAMPLING;
        if (smallerSide(error) <= DENSE_LIMIT || width >= smallerSide(error)) {
            return runtime.manager().create(new ai.djl.ndarray.types.Shape(0));
        }
        long in = error.getShape().get(1);
        double[] values = new double[Math.toIntExact(in * width)];
        java.util.random.RandomGenerator generator = random.split();
        for (int i = 0; i < values.length; i++) {
            values[i] = generator.nextGaussian();
        }
        return Tensors.doubles(runtime.manager(), values, in, width);
    }
}
