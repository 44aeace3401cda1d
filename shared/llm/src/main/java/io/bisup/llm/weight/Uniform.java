package io.bisup.llm.weight;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.recipe.Format;
import io.bisup.llm.checkpoint.DType;
import io.bisup.llm.checkpoint.TensorSource;
import io.bisup.llm.tensor.Bfloat16;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Evenly spaced codes: w = (code − zero) · scale, one scale per tile of rows and columns (methods §1.3). Stored as {@code
 * .qweight} U8 [out, bytes], {@code .scales} BF16 [tiles, groups] and, for asymmetric formats, {@code .zeros} U8 [tiles, bytes].
 */
public final class Uniform implements StoredWeight {
    private final Format format;
    private final int columns;
    private final byte[] codes;
    private final float[] scales;
    private final byte[] zeros;
    private final int rows;
    private final Tiling tiling;

    /**
     * The arrays belong to the weight and are not copied.
     *
     * @param rows output channels
     * @param columns input channels
     * @param codes unsigned codes, packed densely row after row ({@link BitPacking}); symmetric ones are offset by 2^(b−1)
     * @param scales [tiles × groups]; every one is a bfloat16 number
     * @param zeros zero points, packed like codes, one row per row of tiles; empty when symmetric
     */
    public Uniform(Format format, int rows, int columns, byte[] codes, float[] scales, byte[] zeros) {
        this.format = format;
        this.rows = rows;
        this.columns = columns;
        this.codes = codes;
        this.scales = scales;
        this.zeros = zeros;
        this.tiling = Tiling.of(format, rows, columns);
        requireLength("codes", codes.length, (long) rows * BitPacking.rowBytes(columns, format.bits()));
        requireLength("scales", scales.length, (long) tiles() * groups());
        requireLength("zeros", zeros.length, format.symmetric() ? 0 : (long) tiles() * zeroBytes());
    }

    /** Packs unpacked codes [rows × columns] and zero points [tiles × groups]. */
    static Uniform packed(Format format, int rows, int columns, byte[] codes, float[] scales, byte[] zeros) {
        int groups = Tiling.of(format, rows, columns).groupsOf(columns);
        return new Uniform(
                format,
                rows,
                columns,
                BitPacking.pack(codes, columns, format.bits()),
                scales,
                format.symmetric() ? new byte[0] : BitPacking.pack(zeros, groups, format.bits()));
    }

    static Uniform read(String stem, int rows, WeightForm.Segment segment, StoredTensors stored) {
        Format format = segment.format();
        int columns = segment.columns();
        Tiling tiling = Tiling.of(format, rows, columns);
        int tiles = tiling.tilesOf(rows);
        int groups = tiling.groupsOf(columns);
        return new Uniform(
                format,
                rows,
                columns,
                stored.bytes(stem + ".qweight", rows, BitPacking.rowBytes(columns, format.bits())),
                stored.values(stem + ".scales", tiles, groups).toFloats(),
                format.symmetric()
                        ? new byte[0]
                        : stored.bytes(stem + ".zeros", tiles, BitPacking.rowBytes(groups, format.bits())));
    }

    /** The number format of all codes. */
    public Format format() {
        return format;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    /** Rows of scales: each is shared by {@link io.bisup.contract.recipe.Scope#sharedRows} rows of codes. */
    public int tiles() {
        return tiling.tilesOf(rows);
    }

    /** Scales in a row of them; the last group may be shorter. */
    public int groups() {
        return tiling.groupsOf(columns);
    }

    /** Scales [tiles × groups], as they are. */
    public float[] scales() {
        return scales;
    }

    /** Unsigned codes [rows × columns], one a byte; a new array. */
    public byte[] codes() {
        return BitPacking.unpack(codes, columns, format.bits());
    }

    /** Unsigned zero points [tiles × groups], one a byte; a new array. */
    public byte[] zeroPoints() {
        if (!format.symmetric()) {
            return BitPacking.unpack(zeros, groups(), format.bits());
        }
        byte[] points = new byte[scales.length];
        Arrays.fill(points, (byte) (1 << (format.bits() - 1)));
        return points;
    }

    @Override
    public NDArray dequantize(TensorRuntime runtime) {
        return Tensors.inScope(() -> new WeightKernels(runtime)
                .dequantized(
                        bytes(runtime, codes(), rows, columns),
                        Tensors.floats(runtime.manager(), scales, tiles(), groups()),
                        bytes(runtime, zeroPoints(), tiles(), groups()),
                        tiling));
    }

    private static NDArray bytes(TensorRuntime runtime, byte[] values, int height, int width) {
        return Tensors.segment(
                runtime.manager(), MemorySegment.ofArray(values), new Shape(height, width), DataType.UINT8);
    }

    @Override
    public List<TensorSource> tensors(String stem) {
        List<TensorSource> all = new ArrayList<>();
        all.add(source(stem + ".qweight", codes, rows));
        short[] bits = new short[scales.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Bfloat16.fromFloat(scales[i]);
        }
        all.add(TensorSource.of(
                stem + ".scales", DType.BF16, List.of((long) tiles(), (long) groups()), MemorySegment.ofArray(bits)));
        if (!format.symmetric()) {
            all.add(source(stem + ".zeros", zeros, tiles()));
        }
        return all;
    }

    private static TensorSource source(String name, byte[] values, int height) {
        return TensorSource.of(
                name, DType.U8, List.of((long) height, (long) values.length / height), MemorySegment.ofArray(values));
    }

    @Override
    public WeightForm form() {
        return WeightForm.of(rows, columns, format);
    }

    private int zeroBytes() {
        return BitPacking.rowBytes(groups(), format.bits());
    }

    private void requireLength(String what, long length, long expected) {
        if (length != expected) {
            throw new IllegalArgumentException(what + " of a weight [" + rows + ", " + columns + "] in " + format
                    + " are " + length + " elements, expected " + expected);
        }
    }
}
