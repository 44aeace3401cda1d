package io.bisup.export.folder;

import io.bisup.llm.checkpoint.DType;
import io.bisup.llm.checkpoint.TensorSource;
import io.bisup.llm.tensor.Bfloat16;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Supplier;

/** Tensors that are made when their turn to be written comes, so that one at a time is in memory. */
public final class LazyTensor {

    private LazyTensor() {}

    /** Bytes or codes. */
    public static TensorSource bytes(String name, DType type, List<Long> shape, Supplier<byte[]> values) {
        return source(name, type, shape, () -> MemorySegment.ofArray(values.get()));
    }

    /** Packed words, little-endian as this machine writes them. */
    public static TensorSource words(String name, List<Long> shape, Supplier<int[]> values) {
        return source(name, DType.I32, shape, () -> MemorySegment.ofArray(values.get()));
    }

    /** Whole numbers that are known now. */
    public static TensorSource longs(String name, long... values) {
        return TensorSource.of(name, DType.I64, List.of((long) values.length), MemorySegment.ofArray(values));
    }

    /** Numbers as they are. */
    public static TensorSource floats(String name, List<Long> shape, Supplier<float[]> values) {
        return source(name, DType.F32, shape, () -> MemorySegment.ofArray(values.get()));
    }

    /** Numbers rounded to the nearest bfloat16. */
    public static TensorSource bfloat16(String name, List<Long> shape, Supplier<float[]> values) {
        return source(name, DType.BF16, shape, () -> MemorySegment.ofArray(narrow(values.get())));
    }

    /** Numbers rounded to the nearest float16. */
    public static TensorSource float16(String name, List<Long> shape, Supplier<float[]> values) {
        return source(name, DType.F16, shape, () -> MemorySegment.ofArray(half(values.get())));
    }

    private static TensorSource source(String name, DType type, List<Long> shape, Supplier<MemorySegment> content) {
        return new TensorSource(name, type, shape, sink -> sink.accept(content.get()));
    }

    private static short[] narrow(float[] values) {
        short[] narrow = new short[values.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = Bfloat16.fromFloat(values[i]);
        }
        return narrow;
    }

    private static short[] half(float[] values) {
        short[] half = new short[values.length];
        for (int i = 0; i < half.length; i++) {
            half[i] = Float.floatToFloat16(values[i]);
        }
        return half;
    }
}
