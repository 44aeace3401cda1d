package io.bisup.export.gguf;

import io.bisup.llm.checkpoint.TensorSource;
import java.util.List;

/**
 * A tensor to be written.
 *
 * @param shape outermost dimension first
 * @param content called once, when its turn comes
 */
record GgufTensor(String name, GgufType type, List<Long> shape, TensorSource.Content content) {
    GgufTensor {
        shape = List.copyOf(shape);
    }

    /** Bytes of its blocks. */
    long bytes() {
        return shape.stream().reduce(1L, Math::multiplyExact) / type.elements() * type.bytes();
    }
}
