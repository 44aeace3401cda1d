package io.bisup.llm.fused;

import java.lang.foreign.Arena;

/**
 * Fake quantization of a weight in tiles of adjacent rows (Atom, arXiv 2310.19102, §4.2): the pieces of a tile's rows are
 * brought side by side, quantized as one group, and put back.
 *
 * @param rows of a tile; they divide the rows of the weight
 * @param columns of a tile; those at the right edge may be narrower
 */
record FusedTiles(GroupKernel kernel, int rows, int columns) {

    void forward(FloatMatrix x, Clip clip, FloatMatrix out) {
        RowBlocks.forEach(x.rows() / rows, (block, from, to) -> {
            try (Arena arena = Arena.ofConfined()) {
                long group = scratch(arena);
                for (int tile = from; tile < to; tile++) {
                    for (int first = 0, g = 0; first < x.columns(); first += columns, g++) {
                        int width = Math.min(columns, x.columns() - first);
                        gather(x, tile, first, width, group);
                        kernel.forward(group, group, rows * width, clip.high(tile, g), clip.low(tile, g));
                        scatter(group, width, out, tile, first);
                    }
                }
            }
        });
    }

    /** Adds to dx, unless it is absent, and to the sums of clip gradients. */
    void backward(FloatMatrix x, Clip clip, FloatMatrix dOut, FloatMatrix dx, ClipGradients sums) {
        RowBlocks.forEach(x.rows() / rows, (block, from, to) -> {
            try (Arena arena = Arena.ofConfined()) {
                long group = scratch(arena);
                long dGroup = scratch(arena);
                long dInput = dx.isPresent() ? scratch(arena) : 0;
                for (int tile = from; tile < to; tile++) {
                    for (int first = 0, g = 0; first < x.columns(); first += columns, g++) {
                        int width = Math.min(columns, x.columns() - first);
                        gather(x, tile, first, width, group);
                        gather(dOut, tile, first, width, dGroup);
                        gather(dx, tile, first, width, dInput);
                        kernel.backward(
                                group,
                                dGroup,
                                dInput,
                                rows * width,
                                clip.high(tile, g),
                                clip.low(tile, g),
                                sums.pairs(),
                                sums.cell(block, tile, g));
                        scatter(dInput, width, dx, tile, first);
                    }
                }
            }
        });
    }

    private long scratch(Arena arena) {
        return arena.allocate((long) rows * columns * Float.BYTES, Float.BYTES).address();
    }

    private void gather(FloatMatrix x, int tile, int first, int width, long group) {
        for (int row = 0; x.isPresent() && row < rows; row++) {
            Lanes.copy(x.at(tile * rows + row, first), Lanes.at(group, (long) row * width), width);
        }
    }

    private void scatter(long group, int width, FloatMatrix x, int tile, int first) {
        for (int row = 0; x.isPresent() && row < rows; row++) {
            Lanes.copy(Lanes.at(group, (long) row * width), x.at(tile * rows + row, first), width);
        }
    }
}
