package io.bisup.llm.checkpoint;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A tensor to be written: what the header says, and a way to produce its bytes when their turn comes.
 *
 * @param shape dimensions, outermost first
 * @param content called once; passes on the elements in row-major order, little-endian
 */
public record TensorSource(String name, DType dtype, List<Long> shape, Content content) {
    public TensorSource {
        shape = List.copyOf(shape);
    }

    /** Produces the bytes of a tensor. */
    @FunctionalInterface
    public interface Content {
        /** Passes all bytes to {@code sink}, in order, in pieces of any size. */
        void writeTo(Sink sink) throws IOException;
    }

    /** Takes bytes. */
    @FunctionalInterface
    public interface Sink {
        /** Writes the whole piece before it returns. */
        void accept(MemorySegment piece) throws IOException;
    }

    /** A tensor whose little-endian bytes are at hand. */
    public static TensorSource of(String name, DType dtype, List<Long> shape, MemorySegment bytes) {
        return new TensorSource(name, dtype, shape, sink -> sink.accept(bytes));
    }

    /** A copy of a tensor of another file, byte for byte. */
    public static TensorSource copyOf(TensorView view) {
        return of(view.name(), view.dtype(), view.shape(), view.data());
    }

    /** Number of bytes the shape and type need. */
    public long bytes() {
        return shape.stream().reduce((long) dtype.bytes(), Math::multiplyExact);
    }
}
