package io.bisup.llm.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.bisup.llm.tensor.Bfloat16;
import io.bisup.llm.tensor.Tensors;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/** Makes {@link TensorSource}s from tensors of the engine; they must stay open until the file is written. */
public final class TensorSources {

    private TensorSources() {}

    /**
     * A tensor of any shape in its own type: float32, float64, float16, int64, int32, int8, uint8 or bool.
     *
     * @throws IllegalArgumentException if safetensors has no such type
     */
    public static TensorSource of(String name, NDArray array) {
        return new TensorSource(name, dtype(array.getDataType()), shape(array), sink -> {
            try (Arena arena = Arena.ofConfined()) {
                sink.accept(copy(array, arena));
            }
        });
    }

    /**
     * A float32 tensor of any shape, each element rounded to the nearest bfloat16.
     *
     * @throws IllegalArgumentException for a tensor of another type
     */
    public static TensorSource bfloat16(String name, NDArray array) {
        requireFloat32(name, array);
        return new TensorSource(name, DType.BF16, shape(array), sink -> writeBfloat16(array, sink));
    }

    private static void writeBfloat16(NDArray array, TensorSource.Sink sink) throws IOException {
        long count = array.getShape().size();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment narrow = arena.allocate(count * Short.BYTES);
            Bfloat16.narrow(copy(array, arena), narrow, count);
            sink.accept(narrow);
        }
    }

    private static MemorySegment copy(NDArray array, Arena arena) {
        long bytes = array.getShape().size() * array.getDataType().getNumOfBytes();
        MemorySegment copy = arena.allocate(bytes);
        Tensors.copyTo(array, copy);
        return copy;
    }

    private static List<Long> shape(NDArray array) {
        return Arrays.stream(array.getShape().getShape()).boxed().toList();
    }

    private static void requireFloat32(String name, NDArray array) {
        if (array.getDataType() != DataType.FLOAT32) {
            throw new IllegalArgumentException(name + " is " + array.getDataType() + ", not float32");
        }
    }

    private static DType dtype(DataType type) {
        return switch (type) {
            case FLOAT32 -> DType.F32;
            case FLOAT64 -> DType.F64;
            case FLOAT16 -> DType.F16;
            case INT64 -> DType.I64;
            case INT32 -> DType.I32;
            case INT8 -> DType.I8;
            case UINT8 -> DType.U8;
            case BOOLEAN -> DType.BOOL;
            default -> throw new IllegalArgumentException(type + " tensors cannot be written");
        };
    }
}
