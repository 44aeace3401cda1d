package io.bisup.llm.weight;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.bisup.llm.tensor.TensorRuntime;
import org.jspecify.annotations.Nullable;

/**
 * Sums second moments over calibration tokens in float32, sample by sample (methods §1.9, A8). Its tensors outlive the open scope;
 * closing frees them, and with them the moments it gave out.
 */
public final class MomentSum implements AutoCloseable {
    private final TensorRuntime runtime;
    private final NDArray gram;
    private final @Nullable NDArray cross;
    private long tokens;

    /** @param withCross whether full-precision inputs are seen as well */
    public MomentSum(TensorRuntime runtime, int width, boolean withCross) {
        this.runtime = runtime;
        this.gram = zeros(width);
        this.cross = withCross ? zeros(width) : null;
    }

    private NDArray zeros(int width) {
        NDArray zeros = runtime.manager().zeros(new Shape(width, width), DataType.FLOAT32);
        NDScope.unregister(zeros);
        return zeros;
    }

    /**
     * Adds the inputs of a linear for some tokens.
     *
     * @param quantized x̂ as the weight is multiplied by it, [..., in]
     * @param exact x of the full-precision model for the same tokens, of the same shape; not read without cross moments
     */
    public void add(NDArray quantized, NDArray exact) {
        addToGram(quantized);
        if (cross != null) {
            new WeightKernels(runtime).addCross(cross, exact, quantized);
        }
    }

    /**
     * Adds the inputs x̂ [..., in] of a linear for some tokens.
     *
     * @throws IllegalStateException if cross moments are summed, which need the full-precision inputs too
     */
    public void add(NDArray quantized) {
        if (cross != null) {
            throw new IllegalStateException("cross moments are summed; add the full-precision inputs too");
        }
        addToGram(quantized);
    }

    private void addToGram(NDArray quantized) {
        new WeightKernels(runtime).addMoments(gram, quantized);
        tokens += quantized.size() / gram.getShape().get(0);
    }

    /**
     * The sums so far; valid until this is closed.
     *
     * @throws IllegalArgumentException before the first token
     */
    public SecondMoments moments() {
        new WeightKernels(runtime).mirror(gram);
        return new SecondMoments(gram, tokens, cross);
    }

    @Override
    public void close() {
        gram.close();
        if (cross != null) {
            cross.close();
        }
    }
}
