package io.bisup.llm.tensor;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The safe ways to make tensors from Java memory, to read them back, and to let a result out of a scope.
 *
 * <p>DJL's {@code manager.create(buffer)} borrows Java memory that the garbage collector frees while autograd or a view
 * still reads it. Everything here copies into memory that libtorch owns and counts. Results belong to the open scope, if
 * there is one. An array of another number of elements than the shape is refused with an
 * {@link IllegalArgumentException}.
 */
public final class Tensors {
    /** The longest piece a Java buffer can show; a multiple of every element size. */
    private static final long PIECE_BYTES = 1L << 30;

    private Tensors() {}

    /** Copies {@code count} elements from a raw encoding to native float32 memory. */
    @FunctionalInterface
    public interface Decoder {
        /**
         * Writes {@code count} elements starting at element {@code first} of the source.
         *
         * @param target native memory for exactly those elements
         */
        void decode(long first, long count, MemorySegment target);
    }

    /** A tensor of float32 values in row-major order. */
    public static NDArray floats(NDManager manager, float[] values, long... shape) {
        return segment(manager, MemorySegment.ofArray(values), new Shape(shape), DataType.FLOAT32);
    }

    /** A tensor of float64 values in row-major order. */
    public static NDArray doubles(NDManager manager, double[] values, long... shape) {
        return segment(manager, MemorySegment.ofArray(values), new Shape(shape), DataType.FLOAT64);
    }

    /** A tensor of float32 or float64 values in row-major order; float32 is rounded to nearest. */
    public static NDArray reals(NDManager manager, DataType type, double[] values, long... shape) {
        if (type == DataType.FLOAT64) {
            return doubles(manager, values, shape);
        }
        float[] rounded = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            rounded[i] = (float) values[i];
        }
        return floats(manager, rounded, shape);
    }

    /** A tensor of int64 values in row-major order, such as token ids. */
    public static NDArray longs(NDManager manager, long[] values, long... shape) {
        return segment(manager, MemorySegment.ofArray(values), new Shape(shape), DataType.INT64);
    }

    /**
     * A tensor of any shape and size with a copy of raw elements, in row-major order and native byte order.
     *
     * @throws IllegalArgumentException when the source has another number of bytes than shape and type need
     */
    public static NDArray segment(NDManager manager, MemorySegment source, Shape shape, DataType type) {
        long bytes = shape.size() * type.getNumOfBytes();
        if (source.byteSize() != bytes) {
            throw new IllegalArgumentException(type + " tensor " + shape + " needs " + bytes + " bytes, the source has "
                    + source.byteSize() + ".");
        }
        int width = type.getNumOfBytes();
        return decoded(
                manager,
                shape,
                type,
                (first, count, target) -> target.copyFrom(source.asSlice(first * width, count * width)));
    }

    /**
     * A float32 tensor of any shape from raw bfloat16 elements, in row-major order and native byte order.
     *
     * @throws IndexOutOfBoundsException when the source has fewer elements than the shape
     */
    public static NDArray bfloat16(NDManager manager, MemorySegment source, Shape shape) {
        return decoded(
                manager,
                shape,
                DataType.FLOAT32,
                (first, count, target) ->
                        Bfloat16.widen(source.asSlice(first * Short.BYTES, count * Short.BYTES), target, count));
    }

    /**
     * A tensor of any shape on the manager's device whose elements a decoder writes in row-major order, piece by piece,
     * without a second copy on a CPU.
     */
    public static NDArray decoded(NDManager manager, Shape shape, DataType type, Decoder decoder) {
        Device device = manager.getDevice();
        NDArray array = manager.create(shape, type, Device.cpu());
        long step = PIECE_BYTES / type.getNumOfBytes();
        for (long first = 0; first < shape.size(); first += step) {
            long count = Math.min(step, shape.size() - first);
            long start = first;
            view(array, first, count, target -> decoder.decode(start, count, target));
        }
        return device.isGpu() ? moved(array, device) : array;
    }

    /**
     * Copies the elements of a tensor of any shape, in row-major order, to a segment of exactly their size.
     *
     * @throws IllegalArgumentException when the target has another size
     */
    public static void copyTo(NDArray source, MemorySegment target) {
        int width = source.getDataType().getNumOfBytes();
        long size = source.getShape().size();
        if (target.byteSize() != size * width) {
            throw new IllegalArgumentException("Tensor " + source.getShape() + " has " + size * width
                    + " bytes, the target " + target.byteSize() + ".");
        }
        if (source.getDevice().isGpu()) {
            try (NDArray copy = source.toDevice(Device.cpu(), true)) {
                copyPieces(copy, target);
            }
        } else {
            copyPieces(source, target);
        }
    }

    private static void copyPieces(NDArray source, MemorySegment target) {
        int width = source.getDataType().getNumOfBytes();
        long size = source.getShape().size();
        long step = PIECE_BYTES / width;
        for (long first = 0; first < size; first += step) {
            long count = Math.min(step, size - first);
            MemorySegment part = target.asSlice(first * width, count * width);
            view(source, first, count, part::copyFrom);
        }
    }

    /** Takes a tensor of any shape out of the open scope, if there is one, and returns it: whoever keeps it closes it. */
    public static NDArray unscoped(NDArray tensor) {
        NDScope.unregister(tensor);
        return tensor;
    }

    /**
     * Computes one tensor, of any shape, inside a scope of its own: every other tensor made on the way is closed, and all
     * are when the computation throws.
     *
     * <p>The result belongs to the enclosing scope, if there is one.
     */
    public static NDArray inScope(Supplier<NDArray> computation) {
        NDArray result;
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            result = computation.get();
            NDScope.unregister(result);
        }
        NDScope.register(result);
        return result;
    }

    /** As {@link #inScope}, for a computation with several results of any shape. */
    public static NDArray[] manyInScope(Supplier<NDArray[]> computation) {
        NDArray[] results;
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            results = computation.get();
            NDScope.unregister(results);
        }
        for (NDArray result : results) {
            NDScope.register(result);
        }
        return results;
    }

    private static NDArray moved(NDArray array, Device device) {
        try (array) {
            return array.toDevice(device, true);
        }
    }

    private static void view(NDArray array, long first, long count, Consumer<MemorySegment> use) {
        try (NDArray flat = array.reshape(-1);
                NDArray piece = flat.get("{}:{}", first, first + count)) {
            use.accept(MemorySegment.ofBuffer(JniUtils.getByteBuffer((PtNDArray) piece, true)));
        }
    }
}
