package io.bisup.llm.weight;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import io.bisup.contract.recipe.Format;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.TensorRuntime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Quantization of weights [out, in] in tiles that share a scale; definitions in the kernel files {@code quant.py} and {@code
 * weight.py} (methods §1.3). Calls leave temporary tensors to the caller's scope.
 */
public final class WeightKernels {
    private final TensorRuntime runtime;

    public WeightKernels(TensorRuntime runtime) {
        this.runtime = runtime;
    }

    /**
     * Scales and zero points of all tiles.
     *
     * @param scales [tiles, groups] float32, each a bfloat16 number
     * @param zeros [tiles, groups] float32; 2^(b−1) when symmetric
     */
    record Scales(NDArray scales, NDArray zeros) {}

    /**
     * Quantized and dequantized with the scales that would be stored, with straight-through gradients in the weight and the clip
     * factors when the kernels record.
     *
     * @param weight [out, in]
     * @param high factors on upper (symmetric: on both) ends, broadcastable to [tiles, groups]; null for the full range
     * @param low the same on lower ends
     * @return [out, in]; {@code weight} itself for a format that does not quantize
     */
    public NDArray fake(
            KernelCalls kernels, NDArray weight, Format format, @Nullable NDArray high, @Nullable NDArray low) {
        if (!format.quantizes()) {
            return weight;
        }
        Tiling tiling = tiling(weight, format);
        return kernels.call(
                "weight_fake",
                weight,
                orEmpty(high),
                orEmpty(low),
                format.bits(),
                format.symmetric(),
                tiling.columns(),
                tiling.rows(),
                true);
    }

    /** {@link ClipSearch#best} of a weight [out, in], [tiles, groups], on the kernels of the graph and any device. */
    public NDArray clipSearch(NDArray weight, Format format, double norm, double... candidates) {
        Tiling tiling = tiling(weight, format);
        return runtime.kernels()
                .call(
                        "weight_clip_search",
                        weight,
                        candidates,
                        norm,
                        format.bits(),
                        format.symmetric(),
                        tiling.columns(),
                        tiling.rows());
    }

    /** E‖D x‖² of an error D [out, in] over the inputs, float64: what a linear's output loses per token. */
    public double outputError(NDArray error, SecondMoments inputs) {
        try (NDArray sum =
                runtime.kernels().call("weight_output_error", error, inputs.gram(), (double) inputs.tokens())) {
            return sum.toDoubleArray()[0];
        }
    }

    Scales scales(NDArray weight, Format format, NDArray high, NDArray low) {
        Tiling tiling = tiling(weight, format);
        NDArray[] parts = runtime.kernels()
                .callMany(
                        "weight_scales",
                        weight,
                        high,
                        low,
                        format.bits(),
                        format.symmetric(),
                        tiling.columns(),
                        tiling.rows());
        return new Scales(parts[0], parts[1]);
    }

    Scales scales(NDArray weight, WeightGrid.Segment segment) {
        return scales(weight, segment.format(), orEmpty(segment.high()), orEmpty(segment.low()));
    }

    /** Every value to its nearest code. */
    StoredWeight nearest(NDArray weight, WeightGrid grid) {
        try (TensorOwner owner = new TensorOwner()) {
            List<StoredWeight> parts = new ArrayList<>();
            int first = 0;
            for (WeightGrid.Segment segment : grid.segments()) {
                parts.add(owner.own(nearest(columns(weight, first, segment.columns()), segment)));
                first += segment.columns();
            }
            return owner.handOver(StoredWeight.of(parts));
        }
    }

    private StoredWeight nearest(NDArray weight, WeightGrid.Segment segment) {
        Format format = segment.format();
        if (!format.quantizes()) {
            return new Exact(weight);
        }
        Tiling tiling = tiling(weight, format);
        NDArray[] parts = runtime.kernels()
                .callMany(
                        "weight_codes",
                        weight,
                        orEmpty(segment.high()),
                        orEmpty(segment.low()),
                        format.bits(),
                        format.symmetric(),
                        tiling.columns(),
                        tiling.rows());
        return Uniform.packed(
                format,
                Math.toIntExact(weight.getShape().get(0)),
                segment.columns(),
                parts[0].toByteArray(),
                parts[1].toFloatArray(),
                parts[2].toByteArray());
    }

    /** Adds Σ x̂ x̂ᵀ over tokens of inputs x̂ [..., in] to the lower triangle of gram [in, in], in place. */
    void addMoments(NDArray gram, NDArray quantized) {
        runtime.kernels().call("statistics_add_moments", gram, quantized).close();
    }

    /** Copies the lower triangle of gram [in, in] above the diagonal, in place. */
    void mirror(NDArray gram) {
        runtime.kernels().call("statistics_mirror", gram).close();
    }

    /** Adds Σ (x − x̂) x̂ᵀ over tokens of inputs x and x̂ [..., in] to cross [in, in], in place. */
    void addCross(NDArray cross, NDArray exact, NDArray quantized) {
        runtime.kernels()
                .call("statistics_add_cross_moments", cross, exact, quantized)
                .close();
    }

    /** w = (code − zero) · scale, float32; codes u8 [out, in], scales float32 and zeros u8 [tiles, groups]. */
    NDArray dequantized(NDArray codes, NDArray scales, NDArray zeros, Tiling tiling) {
        return runtime.kernels().call("weight_dequantize", codes, scales, zeros, tiling.columns(), tiling.rows());
    }

    /** A copy of consecutive input channels. */
    NDArray columns(NDArray weight, int first, int count) {
        return runtime.kernels().call("weight_columns", weight, first, count);
    }

    /** Side by side. */
    NDArray joined(List<NDArray> parts) {
        return runtime.kernels().call("weight_join", (Object) parts.toArray(NDArray[]::new));
    }

    /** Clip factors as the kernels take them. */
    NDArray orEmpty(@Nullable NDArray factors) {
        return factors == null ? runtime.manager().create(new Shape(0)) : factors;
    }

    /** Refuses NaN and infinity, which would quantize to something plausible. */
    void requireFinite(String name, NDArray weight) {
        try (NDArray finite = runtime.kernels().call("quant_finite", weight)) {
            if (!finite.getBoolean()) {
                throw new FailureException(
                        FailureCode.NON_FINITE_VALUES,
                        name + " holds NaN or infinity; check the model, or the transforms before rounding");
            }
        }
    }

    private static Tiling tiling(NDArray weight, Format format) {
        return Tiling.of(
                format,
                Math.toIntExact(weight.getShape().get(0)),
                Math.toIntExact(weight.getShape().get(1)));
    }
}
