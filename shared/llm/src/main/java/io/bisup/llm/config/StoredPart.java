package io.bisup.llm.config;

import java.util.List;

/**
 * Where a checkpoint keeps one parameter: consecutive rows of a stored tensor, most often all of them.
 *
 * @param tensor name of the stored tensor
 * @param storedShape shape of the whole stored tensor
 * @param firstRow first row (index of the outermost dimension) of the parameter
 * @param rows number of its rows
 */
public record StoredPart(String tensor, List<Long> storedShape, long firstRow, long rows) {
    public StoredPart {
        storedShape = List.copyOf(storedShape);
    }

    static StoredPart whole(String tensor, List<Long> shape) {
        return new StoredPart(tensor, shape, 0, shape.getFirst());
    }
}
