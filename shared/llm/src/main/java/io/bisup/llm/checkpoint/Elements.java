package io.bisup.llm.checkpoint;

import io.bisup.llm.checkpoint.MalformedCheckpointException.Code;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.function.LongUnaryOperator;

/** Decodes little-endian elements of any alignment. */
final class Elements {

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat NATIVE_FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfInt NATIVE_INT = ValueLayout.JAVA_INT_UNALIGNED;

    private Elements() {}

    /** Widens (or, from float64, rounds) {@code count} elements to native float32. */
    static void floats(DType type, MemorySegment source, MemorySegment target, long count) {
        switch (type) {
            case F32 -> words(source, target, count);
            case BF16 -> bfloat16(source, target, count);
            case F16 -> float16(source, target, count);
            case F64 -> float64(source, target, count);
            case BOOL, U8, I8, I16, U16, I32, U32, I64, U64 ->
                throw new IllegalArgumentException(type + " is no floating-point type");
        }
    }

    private static void words(MemorySegment source, MemorySegment target, long count) {
        if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
            MemorySegment.copy(source, 0, target, 0, count * Float.BYTES);
            return;
        }
        for (long i = 0; i < count; i++) {
            target.set(NATIVE_INT, i * Float.BYTES, source.get(INT, i * Float.BYTES));
        }
    }

    private static void bfloat16(MemorySegment source, MemorySegment target, long count) {
        for (long i = 0; i < count; i++) {
            target.set(NATIVE_INT, i * Float.BYTES, source.get(SHORT, i * Short.BYTES) << 16);
        }
    }

    private static void float16(MemorySegment source, MemorySegment target, long count) {
        for (long i = 0; i < count; i++) {
            target.set(NATIVE_FLOAT, i * Float.BYTES, Float.float16ToFloat(source.get(SHORT, i * Short.BYTES)));
        }
    }

    private static void float64(MemorySegment source, MemorySegment target, long count) {
        for (long i = 0; i < count; i++) {
            target.set(NATIVE_FLOAT, i * Float.BYTES, (float) source.get(DOUBLE, i * Double.BYTES));
        }
    }

    /** The elements of an integer tensor. */
    static long[] integers(TensorView view) {
        MemorySegment data = view.data();
        return switch (view.dtype()) {
            case I64 -> read(view, i -> data.get(LONG, i * Long.BYTES));
            case I32 -> read(view, i -> data.get(INT, i * Integer.BYTES));
            case I16 -> read(view, i -> data.get(SHORT, i * Short.BYTES));
            case I8 -> read(view, i -> data.get(ValueLayout.JAVA_BYTE, i));
            case U8 -> read(view, i -> Byte.toUnsignedLong(data.get(ValueLayout.JAVA_BYTE, i)));
            case BOOL, U16, U32, U64, F16, BF16, F32, F64 ->
                throw new MalformedCheckpointException(
                        Code.TENSOR_WRONG_DTYPE,
                        view.file(),
                        view.name(),
                        view.dtype() + " is not a supported integer type",
                        "store it as I64 or I32");
        };
    }

    private static long[] read(TensorView view, LongUnaryOperator element) {
        long[] values = new long[Math.toIntExact(view.entry().elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = element.applyAsLong(i);
        }
        return values;
    }
}
