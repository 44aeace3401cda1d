package io.bisup.llm.tensor.fused;

/**
 * A rectangle of a matrix whose elements share one scale.
 *
 * @param row first row
 * @param column first column
 */
record Tile(int row, int column, int rows, int columns) {

    int size() {
        return rows * columns;
    }
}
