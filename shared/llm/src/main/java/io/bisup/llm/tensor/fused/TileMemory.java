package io.bisup.llm.tensor.fused;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.VectorMask;

/**
 * The elements of a tile side by side, as {@link GroupKernel} takes them: those of one row in place, those of several in memory
 * of its own. Used by one thread.
 *
 * @param address of that memory; 0 where tiles have one row
 */
record TileMemory(long address) {

    /** Room for tiles of so many rows and columns, as long as the arena is open. */
    static TileMemory of(Arena arena, int rows, int columns) {
        return new TileMemory(
                rows == 1
                        ? 0
                        : arena.allocate(ValueLayout.JAVA_FLOAT, (long) rows * columns)
                                .address());
    }

    /** The address of a tile's elements. */
    long read(FloatMatrix matrix, Tile tile) {
        for (int i = 0; address != 0 && i < tile.rows(); i++) {
            copy(matrix.at(tile.row() + i, tile.column()), row(tile, i), tile.columns());
        }
        return room(matrix, tile);
    }

    /** The address of a tile's elements, to be overwritten. */
    long room(FloatMatrix matrix, Tile tile) {
        return address == 0 ? matrix.at(tile.row(), tile.column()) : address;
    }

    /** Brings a tile's elements back to their matrix. */
    void write(FloatMatrix matrix, Tile tile) {
        for (int i = 0; address != 0 && i < tile.rows(); i++) {
            copy(row(tile, i), matrix.at(tile.row() + i, tile.column()), tile.columns());
        }
    }

    private long row(Tile tile, int i) {
        return Lanes.at(address, (long) i * tile.columns());
    }

    private static void copy(long from, long to, int length) {
        for (int i = 0; i < length; i += Lanes.COUNT) {
            VectorMask<Float> mask = Lanes.mask(i, length);
            Lanes.store(Lanes.load(from, i, mask), to, i, mask);
        }
    }
}
