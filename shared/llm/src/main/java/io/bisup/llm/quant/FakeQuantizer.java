package io.bisup.llm.quant;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;

/** Uniform quantization of tensors along their last axis; the definitions are in the kernel file {@code quant.py}. */
public final class FakeQuantizer {

    private final Kernels kernels;
    private final NDArray full;

    public FakeQuantizer(TensorRuntime runtime) {
        this.kernels = runtime.kernels();
        this.full = runtime.manager().create(new Shape(0));
    }

    /** Stands for "no clipping" wherever clip factors are asked for. */
    public NDArray fullRange() {
        return full;
    }

    /**
     * Quantizes and dequantizes.
     *
     * @param x [..., groups × size]
     * @param clip factors on both ends of the range, broadcastable to [..., groups]; or {@link #fullRange()}
     */
    public NDArray fake(String name, NDArray x, NumberFormat format, Grouping grouping, NDArray clip) {
        requireTiled(name, x, grouping);
        requireFinite(name, x);
        return kernels.call(
                "quant_fake", x, clip, clip, format.bits(), format.symmetric(), grouping.kernelSize(), false);
    }

    /**
     * Rounds a weight to its stored form: scales become bfloat16 first, so that the codes fit the scales that are stored.
     *
     * @param weight [out, in]
     * @param high clip factors on the upper (symmetric: on both) ends, [out, groups]; or {@link #fullRange()}
     * @param low the same on the lower ends
     */
    public PackedWeight pack(
            String name, NDArray weight, NumberFormat format, Grouping grouping, NDArray high, NDArray low) {
        requireTiled(name, weight, grouping);
        requireFinite(name, weight);
        NDArray[] parts = kernels.callMany(
                "quant_codes", weight, high, low, format.bits(), format.symmetric(), grouping.kernelSize(), true);
        int columns = Math.toIntExact(weight.getShape().get(1));
        int groups = Math.toIntExact(parts[1].getShape().get(1));
        byte[] codes = BitPacking.pack(parts[0].toByteArray(), columns, format.bits());
        byte[] zeros =
                format.symmetric() ? new byte[0] : BitPacking.pack(parts[2].toByteArray(), groups, format.bits());
        return new PackedWeight(format, columns, groups, codes, parts[1].toFloatArray(), zeros);
    }

    /** For each group the factor of {@code candidates} with the least squared error: [..., groups]. */
    public NDArray bestClip(NDArray x, NumberFormat format, Grouping grouping, double[] candidates) {
        return kernels.call("quant_clip_grid", x, candidates, format.bits(), format.symmetric(), grouping.kernelSize());
    }

    /**
     * Refuses NaN and infinity, which would quantize to something plausible.
     *
     * @throws FailureException naming the tensor
     */
    public void requireFinite(String name, NDArray x) {
        try (NDArray finite = kernels.call("quant_finite", x)) {
            if (!finite.getBoolean()) {
                throw new FailureException(FailureCode.NON_FINITE_VALUES, name + " holds NaN or infinity");
            }
        }
    }

    private static void requireTiled(String name, NDArray x, Grouping grouping) {
        grouping.sizeFor(name, x.getShape().get(x.getShape().dimension() - 1));
    }
}
