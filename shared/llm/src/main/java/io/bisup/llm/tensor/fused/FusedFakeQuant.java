package io.bisup.llm.tensor.fused;

import ai.djl.ndarray.NDArray;
import java.lang.foreign.Arena;

/**
 * Fake quantization of a float32 matrix on the CPU, one pass forward and one backward, with the values and the gradients of
 * the TorchScript kernel {@code quant_fake}.
 *
 * <p>x is [rows, columns] with groups of {@code group} consecutive columns (0: the whole row; the last group may be short), which
 * {@code tileRows} adjacent rows share (1 but for tiled weights; the last tile may be short). The clip factors c in (0, 1] are
 * [clip rows, groups]; row t of tiles uses clip row t mod clip rows. So a weight brings a clip row per output channel (or tile of
 * them), an activation one for all tokens, and a KV cache [tokens × heads, head dim] one per head. Absent clip factors are 1. The
 * low factors are used by asymmetric formats only.
 *
 * @param bits 2 to 8
 * @param storedScale whether scales are rounded to bfloat16 as an artifact stores them; the gradient ignores that
 */
record FusedFakeQuant(int bits, boolean symmetric, int group, int tileRows, boolean storedScale) {

    FusedFakeQuant {
        if (bits < 2 || bits > 8 || group < 0 || tileRows < 1) {
            throw new IllegalArgumentException("bits " + bits + ", group " + group + ", rows " + tileRows
                    + "; use 2 to 8 bits, groups of 0 or more channels and 1 or more rows");
        }
    }

    /** Each row has its own scales. */
    FusedFakeQuant(int bits, boolean symmetric, int group, boolean storedScale) {
        this(bits, symmetric, group, 1, storedScale);
    }

    /**
     * Writes x̂ = Q(x; c).
     *
     * @param out of the shape of x; may be x itself
     */
    void forward(NDArray x, NDArray high, NDArray low, NDArray out) {
        forward(FloatMatrix.of(x), new Clip(FloatMatrix.of(high), FloatMatrix.of(low)), FloatMatrix.of(out));
    }

    /** As {@link #forward(NDArray, NDArray, NDArray, NDArray)} on memory. */
    void forward(FloatMatrix x, Clip clip, FloatMatrix out) {
        out.requireShapeOf("output", x);
        int groups = check(x, clip);
        GroupKernel kernel = GroupKernel.of(bits, symmetric, storedScale);
        RowBlocks.forEach(tiles(x), (block, first, end) -> {
            try (Arena arena = Arena.ofConfined()) {
                TileMemory from = TileMemory.of(arena, tileRows, length(x));
                TileMemory to = TileMemory.of(arena, tileRows, length(x));
                for (int tile = first; tile < end; tile++) {
                    for (int g = 0; g < groups; g++) {
                        Tile at = tile(x, tile, g);
                        float high = clip.high(tile, g);
                        kernel.forward(from.read(x, at), to.room(out, at), at.size(), high, clip.low(tile, g));
                        to.write(out, at);
                    }
                }
            }
        });
    }

    /**
     * Adds the gradients of x and of the clip factors to those given.
     *
     * @param dOut gradient of x̂
     * @param dx gradient of x, or {@link FloatMatrix#NONE} when it is not needed
     * @param dClip gradients of the clip factors; absent where not needed
     */
    void backward(FloatMatrix x, Clip clip, FloatMatrix dOut, FloatMatrix dx, Clip dClip) {
        dOut.requireShapeOf("gradient of the output", x);
        if (dx.isPresent()) {
            dx.requireShapeOf("gradient of the input", x);
        }
        int groups = check(x, clip);
        ClipGradients sums = new ClipGradients(tiles(x), clip.rows(), groups);
        GroupKernel kernel = GroupKernel.of(bits, symmetric, storedScale);
        RowBlocks.forEach(tiles(x), (block, first, end) -> {
            try (Arena arena = Arena.ofConfined()) {
                TileMemory values = TileMemory.of(arena, tileRows, length(x));
                TileMemory gradients = TileMemory.of(arena, tileRows, length(x));
                TileMemory results = TileMemory.of(arena, tileRows, length(x));
                for (int tile = first; tile < end; tile++) {
                    for (int g = 0; g < groups; g++) {
                        Tile at = tile(x, tile, g);
                        kernel.backward(
                                values.read(x, at),
                                gradients.read(dOut, at),
                                dx.isPresent() ? results.read(dx, at) : 0,
                                at.size(),
                                clip.high(tile, g),
                                clip.low(tile, g),
                                sums.pairs(),
                                sums.cell(block, tile, g));
                        if (dx.isPresent()) {
                            results.write(dx, at);
                        }
                    }
                }
            }
        });
        sums.addTo(dClip);
    }

    private int length(FloatMatrix x) {
        return group == 0 ? x.columns() : Math.min(group, x.columns());
    }

    private int tiles(FloatMatrix x) {
        return Math.ceilDiv(x.rows(), tileRows);
    }

    private Tile tile(FloatMatrix x, int tile, int group) {
        int row = tile * tileRows;
        int column = group * length(x);
        return new Tile(row, column, Math.min(tileRows, x.rows() - row), Math.min(length(x), x.columns() - column));
    }

    private int check(FloatMatrix x, Clip clip) {
        int groups = Math.ceilDiv(x.columns(), length(x));
        clip.check(tiles(x), groups);
        return groups;
    }
}
