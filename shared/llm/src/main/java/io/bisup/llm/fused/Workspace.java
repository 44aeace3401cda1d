package io.bisup.llm.fused;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tensors that live as long as a block step and are written anew by every step.
 *
 * <p>Fresh memory for each intermediate result would cost a page fault per 4 KiB, about as much as a pass over it.
 */
final class Workspace implements AutoCloseable {
    private final NDManager manager;
    private final List<NDArray> buffers = new ArrayList<>();
    private final Map<String, NDArray> scratch = new HashMap<>();

    Workspace(NDManager manager) {
        this.manager = manager;
    }

    /** A float32 tensor [rows, columns] of its own; its elements are undefined until written. */
    NDArray buffer(long rows, long columns) {
        NDArray array = manager.create(new Shape(rows, columns), DataType.FLOAT32);
        NDScope.unregister(array);
        buffers.add(array);
        return array;
    }

    /** As {@link #buffer}, but one tensor for all who ask for this purpose and shape; used up before the next one asks. */
    NDArray scratch(String purpose, long rows, long columns) {
        return scratch.computeIfAbsent(purpose + rows + "x" + columns, key -> buffer(rows, columns));
    }

    @Override
    public void close() {
        buffers.forEach(NDArray::close);
        buffers.clear();
        scratch.clear();
    }
}
