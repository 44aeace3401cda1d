package io.bisup.llm.transform;

import java.util.Optional;

/**
 * A matrix of ±1 with orthogonal rows, H Hᵀ = n I: Sylvester's for powers of two, else Paley's constructions over finite fields
 * (methods §1.7). Not symmetric in general.
 */
public final class HadamardMatrix {

    /** Largest order built by Paley's constructions: it is applied as a dense matrix. */
    static final int LARGEST_PALEY = 1024;

    private final int order;
    private final byte[] entries;

    private HadamardMatrix(int order) {
        this.order = order;
        this.entries = new byte[Math.multiplyExact(order, order)];
    }

    /** One entry as a function of its place. */
    @FunctionalInterface
    private interface Entry {
        int at(int row, int column);
    }

    /**
     * The matrix of an order.
     *
     * @throws IllegalArgumentException when no construction here gives one
     */
    public static HadamardMatrix of(int order) {
        return find(order)
                .orElseThrow(() -> new IllegalArgumentException("no Hadamard matrix of order " + order
                        + " is known here; use a random orthogonal matrix of that width"));
    }

    /** The matrix of an order, where there is a construction: Sylvester, Paley I, Paley II. */
    public static Optional<HadamardMatrix> find(int order) {
        if (order < 1) {
            return Optional.empty();
        }
        if (Integer.bitCount(order) == 1) {
            return Optional.of(filled(order, (i, j) -> 1 - 2 * (Integer.bitCount(i & j) & 1)));
        }
        if (order % 4 != 0 || order > LARGEST_PALEY) {
            return Optional.empty();
        }
        return paleyFirst(order).or(() -> paleySecond(order));
    }

    /** H = I + S with S = [[0, 1], [−1, J]], J the quadratic characters of differences in a field of order − 1 elements. */
    private static Optional<HadamardMatrix> paleyFirst(int order) {
        return order % 4 == 0
                ? FiniteField.of(order - 1)
                        .map(field -> filled(order, (i, j) -> i == j ? 1 : bordered(field, i, j, -1)))
                : Optional.empty();
    }

    /** H = C ⊗ [[1, 1], [1, −1]] + I ⊗ [[1, −1], [−1, −1]] with C = [[0, 1], [1, J]] over a field of order/2 − 1 elements. */
    private static Optional<HadamardMatrix> paleySecond(int order) {
        int field = order / 2 - 1;
        return field % 4 == 1
                ? FiniteField.of(field).map(f -> filled(order, (i, j) -> doubled(f, i, j)))
                : Optional.empty();
    }

    private static int doubled(FiniteField field, int row, int column) {
        int quarter = 2 * (row & 1) + (column & 1);
        if (row / 2 == column / 2) {
            return quarter == 0 ? 1 : -1;
        }
        return (quarter == 3 ? -1 : 1) * bordered(field, row / 2, column / 2, 1);
    }

    private static int bordered(FiniteField field, int row, int column, int below) {
        if (row == 0) {
            return column == 0 ? 0 : 1;
        }
        return column == 0 ? below : field.characterOfDifference(row - 1, column - 1);
    }

    private static HadamardMatrix filled(int order, Entry entry) {
        HadamardMatrix matrix = new HadamardMatrix(order);
        for (int i = 0; i < order; i++) {
            for (int j = 0; j < order; j++) {
                matrix.entries[i * order + j] = (byte) entry.at(i, j);
            }
        }
        return matrix;
    }

    /** Rows, and columns. */
    public int order() {
        return order;
    }

    /** An entry, 1 or −1. */
    public int at(int row, int column) {
        return entries[row * order + column];
    }

    /** All entries, row after row. */
    float[] toFloats() {
        float[] values = new float[entries.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = entries[i];
        }
        return values;
    }
}
