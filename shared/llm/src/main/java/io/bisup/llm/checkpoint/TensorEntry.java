package io.bisup.llm.checkpoint;

import java.util.List;

/**
 * One tensor as a safetensors header lists it.
 *
 * @param shape dimensions, outermost first; empty for a scalar
 * @param begin first byte, counted from the start of the data section
 * @param end byte after the last
 */
public record TensorEntry(String name, DType dtype, List<Long> shape, long begin, long end) {
    public TensorEntry {
        shape = List.copyOf(shape);
    }

    /** Number of elements. */
    public long elements() {
        return bytes() / dtype.bytes();
    }

    /** Number of bytes. */
    public long bytes() {
        return end - begin;
    }
}
