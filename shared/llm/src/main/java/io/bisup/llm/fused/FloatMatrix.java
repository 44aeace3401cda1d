package io.bisup.llm.fused;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * The memory of a float32 tensor on the CPU, seen as rows of its last axis. Valid while the tensor and the scope are open.
 *
 * <p>Of a tensor that is not contiguous it is the memory of a copy: good to read, but what is written to it is lost.
 *
 * @param address of the first element
 * @param stride elements from one row to the next; {@code columns} where the rows follow one another
 */
record FloatMatrix(long address, int rows, int columns, int stride) {

    /** No elements: what is absent. */
    static final FloatMatrix NONE = new FloatMatrix(0, 0, 0, 0);

    /**
     * All axes but the last become rows; a tensor without elements becomes {@link #NONE}.
     *
     * @throws IllegalArgumentException for another type or device, or 2 GiB and more
     */
    static FloatMatrix of(NDArray array) {
        Shape shape = array.getShape();
        if (shape.size() == 0) {
            return NONE;
        }
        int columns = Math.toIntExact(shape.get(shape.dimension() - 1));
        return of(array, columns);
    }

    /** As {@link #of(NDArray)} with another width, which divides the number of elements. */
    static FloatMatrix of(NDArray array, int columns) {
        long size = array.getShape().size();
        if (size == 0) {
            return NONE;
        }
        if (array.getDataType() != DataType.FLOAT32 || array.getDevice().isGpu() || size % columns != 0) {
            throw new IllegalArgumentException("Fused kernels take float32 tensors on the CPU in rows of " + columns
                    + ", not " + array.getDataType() + array.getShape() + " on " + array.getDevice()
                    + "; use the block's graph.");
        }
        ByteBuffer memory = JniUtils.getByteBuffer((PtNDArray) array, true);
        if (!memory.isDirect()) {
            throw new IllegalArgumentException(
                    "Tensor " + array.getShape() + " cannot be read in place; use the block's graph.");
        }
        return new FloatMatrix(
                MemorySegment.ofBuffer(memory).address(), Math.toIntExact(size / columns), columns, columns);
    }

    boolean isPresent() {
        return rows > 0;
    }

    long row(int row) {
        return Lanes.at(address, (long) row * stride);
    }

    long at(int row, int column) {
        return Lanes.at(row(row), column);
    }

    /** The columns {@code first} to {@code first + count - 1}, in the same memory; of what is absent nothing. */
    FloatMatrix columns(int first, int count) {
        return isPresent() ? new FloatMatrix(Lanes.at(address, first), rows, count, stride) : this;
    }

    private MemorySegment memory() {
        if (stride != columns) {
            throw new IllegalStateException("columns of a matrix are not one piece of memory");
        }
        return MemorySegment.ofAddress(address).reinterpret((long) rows * columns * Float.BYTES);
    }

    /** Fills with zeros. */
    void clear() {
        memory().fill((byte) 0);
    }

    void copyFrom(FloatMatrix source) {
        source.requireShapeOf("source", this);
        memory().copyFrom(source.memory());
    }

    void requireShape(String name, int expectedRows, int expectedColumns) {
        if (rows != expectedRows || columns != expectedColumns) {
            throw new IllegalArgumentException(name + " is [" + rows + ", " + columns + "], expected [" + expectedRows
                    + ", " + expectedColumns + "]");
        }
    }

    void requireShapeOf(String name, FloatMatrix other) {
        requireShape(name, other.rows, other.columns);
    }
}
