package io.bisup.llm.peer;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A weight as integer codes: w = (code − zero) · scale in float32, where each is exact as long as scales have at most 16 bits of
 * precision. Not thread safe.
 */
public final class PackedWeight {

    /** Finds codes. */
    @FunctionalInterface
    interface Codes {
        /** The code of one output and one input channel. */
        int at(int row, int column);
    }

    private final int columns;
    private final int groups;
    private final Codes codes;
    private final float[] scales;
    private final int[] zeros;
    private final int[] groupOf;
    private final float[] values;

    /**
     * The arrays belong to the weight and are not copied.
     *
     * @param codes of every element
     * @param scales [rows × groups]
     * @param zeros what codes of 0 stand at, [rows × groups], in the numbers of {@code codes}
     * @param groupOf for each column which scale of its row it has
     */
    PackedWeight(int groups, Codes codes, float[] scales, int[] zeros, int[] groupOf) {
        this.columns = groupOf.length;
        this.groups = groups;
        this.codes = codes;
        this.scales = scales;
        this.zeros = zeros;
        this.groupOf = groupOf;
        this.values = new float[columns];
    }

    /** Which scale each of so many columns has where {@code group} neighbours share one. */
    static int[] neighbours(int columns, int group) {
        int[] groupOf = new int[columns];
        for (int column = 0; column < columns; column++) {
            groupOf[column] = column / group;
        }
        return groupOf;
    }

    /** Writes {@code count} elements in row-major order, from element {@code first}, to native float32 memory. */
    public void decode(long first, long count, MemorySegment target) {
        long done = 0;
        while (done < count) {
            int row = Math.toIntExact((first + done) / columns);
            int column = Math.toIntExact((first + done) % columns);
            int part = (int) Math.min(columns - column, count - done);
            fill(row, column, column + part);
            MemorySegment.copy(values, column, target, ValueLayout.JAVA_FLOAT_UNALIGNED, done * Float.BYTES, part);
            done += part;
        }
    }

    private void fill(int row, int from, int to) {
        int base = row * groups;
        for (int column = from; column < to; column++) {
            int group = base + groupOf[column];
            values[column] = (codes.at(row, column) - zeros[group]) * scales[group];
        }
    }
}
