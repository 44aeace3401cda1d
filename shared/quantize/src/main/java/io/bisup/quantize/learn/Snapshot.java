package io.bisup.quantize.learn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import java.util.List;

/** A copy of all learnt parameters at one moment. */
final class Snapshot implements AutoCloseable {

    private final List<NDArray> copies;

    Snapshot(List<NDArray> parameters) {
        this.copies = parameters.stream().map(NDArray::duplicate).toList();
        NDScope.unregister(copies.toArray(NDArray[]::new));
    }

    /** Puts the copied values back. */
    void restore(List<NDArray> parameters) {
        for (int i = 0; i < copies.size(); i++) {
            copies.get(i).copyTo(parameters.get(i));
        }
    }

    @Override
    public void close() {
        copies.forEach(NDArray::close);
    }
}
