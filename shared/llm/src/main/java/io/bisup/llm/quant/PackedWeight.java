package io.bisup.llm.quant;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** A weight as it is stored: w = (code − zero) · scale. The arrays belong to it and are not copied. */
public final class PackedWeight {

    private final NumberFormat format;
    private final int columns;
    private final int groups;
    private final byte[] codes;
    private final float[] scales;
    private final byte[] zeros;

    /**
     * @param columns input channels of a row
     * @param groups scales of a row
     * @param codes unsigned codes, packed densely, [out × rowBytes]; symmetric codes are offset by 2^(b−1)
     * @param scales [out × groups]; every one is a bfloat16 number
     * @param zeros unsigned zero points, packed densely, [out × rowBytes]; empty when symmetric
     */
    public PackedWeight(NumberFormat format, int columns, int groups, byte[] codes, float[] scales, byte[] zeros) {
        this.format = format;
        this.columns = columns;
        this.groups = groups;
        this.codes = codes;
        this.scales = scales;
        this.zeros = zeros;
    }

    public int rows() {
        return scales.length / groups;
    }

    public int columns() {
        return columns;
    }

    public int groups() {
        return groups;
    }

    public byte[] codes() {
        return codes;
    }

    public float[] scales() {
        return scales;
    }

    public byte[] zeros() {
        return zeros;
    }

    /** The weight the codes stand for, [out, in] float32. */
    public NDArray dequantize(TensorRuntime runtime) {
        NDManager manager = runtime.manager();
        return Tensors.inScope(() -> runtime.kernels()
                .call(
                        "quant_dequantize",
                        bytes(manager, BitPacking.unpack(codes, columns, format.bits()), columns),
                        Tensors.floats(manager, scales, rows(), groups),
                        bytes(manager, zeroPoints(), groups),
                        columns / groups));
    }

    private byte[] zeroPoints() {
        if (!format.symmetric()) {
            return BitPacking.unpack(zeros, groups, format.bits());
        }
        byte[] points = new byte[scales.length];
        Arrays.fill(points, (byte) format.offset());
        return points;
    }

    private NDArray bytes(NDManager manager, byte[] values, int width) {
        return Tensors.segment(manager, MemorySegment.ofArray(values), new Shape(rows(), width), DataType.UINT8);
    }
}
