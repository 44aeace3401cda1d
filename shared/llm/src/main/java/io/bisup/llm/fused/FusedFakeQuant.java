package io.bisup.llm.fused;

import ai.djl.ndarray.NDArray;

/**
 * Fake quantization of a float32 matrix on the CPU, one pass forward and one backward, with the values and the gradients of
 * the TorchScript kernels {@code quant_fake} and {@code weight_fake}.
 *
 * <p>x is [rows, columns] with groups of {@code group} consecutive columns (0: the whole row; the last group may be short).
 * The clip factors c in (0, 1] are [clip rows, groups]; row r of x uses clip row r mod clip rows. So a weight brings a clip
 * row per output channel, an activation one for all tokens, and a KV cache [tokens × heads, head dim] one per head. Absent
 * clip factors are 1. The low factors are used by asymmetric formats only.
 *
 * @param bits 2 to 8
 * @param sharedRows adjacent rows that share scales (Atom's tiles); there are then clip rows of tiles, not of rows
 * @param storedScale whether scales are rounded to bfloat16 as an artifact stores them; the gradient ignores that
 */
record FusedFakeQuant(int bits, boolean symmetric, int group, int sharedRows, boolean storedScale) {

    FusedFakeQuant {
        if (bits < 2 || bits > 8 || group < 0 || sharedRows < 1) {
            throw new IllegalArgumentException("bits " + bits + ", group " + group + ", shared rows " + sharedRows
                    + "; use 2 to 8 bits, groups of 0 or more channels, and 1 or more rows");
        }
    }

    /**
     * Writes x̂ = Q(x; c).
     *
     * @param out of the shape of x; may be x itself
     */
    void forward(NDArray x, NDArray high, NDArray low, NDArray out) {
        forward(FloatMatrix.of(x), Clip.of(high, low), FloatMatrix.of(out));
    }

    /** As {@link #forward(NDArray, NDArray, NDArray, NDArray)} on memory. */
    void forward(FloatMatrix x, Clip clip, FloatMatrix out) {
        out.requireShapeOf("output", x);
        int groups = check(x, clip);
        int length = length(x);
        GroupKernel kernel = GroupKernel.of(bits, symmetric, storedScale);
        if (sharedRows > 1) {
            new FusedTiles(kernel, sharedRows, length).forward(x, clip, out);
            return;
        }
        RowBlocks.forEach(x.rows(), (block, from, to) -> {
            for (int row = from; row < to; row++) {
                for (int g = 0; g < groups; g++) {
                    int first = g * length;
                    int width = Math.min(length, x.columns() - first);
                    kernel.forward(x.at(row, first), out.at(row, first), width, clip.high(row, g), clip.low(row, g));
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
        ClipGradients sums = new ClipGradients(x.rows() / sharedRows, clip.rows(), groups);
        GroupKernel kernel = GroupKernel.of(bits, symmetric, storedScale);
        if (sharedRows > 1) {
            new FusedTiles(kernel, sharedRows, length(x)).backward(x, clip, dOut, dx, sums);
        } else {
            backward(kernel, x, clip, dOut, dx, sums);
        }
        sums.addTo(dClip);
    }

    private void backward(
            GroupKernel kernel, FloatMatrix x, Clip clip, FloatMatrix dOut, FloatMatrix dx, ClipGradients sums) {
        int length = length(x);
        RowBlocks.forEach(x.rows(), (block, from, to) -> {
            for (int row = from; row < to; row++) {
                for (int first = 0, g = 0; first < x.columns(); first += length, g++) {
                    kernel.backward(
                            x.at(row, first),
                            dOut.at(row, first),
                            dx.isPresent() ? dx.at(row, first) : 0,
                            Math.min(length, x.columns() - first),
                            clip.high(row, g),
                            clip.low(row, g),
                            sums.pairs(),
                            sums.cell(block, row, g));
                }
            }
        });
    }

    private int length(FloatMatrix x) {
        return group == 0 ? x.columns() : group;
    }

    private int check(FloatMatrix x, Clip clip) {
        if (x.rows() % sharedRows != 0) {
            throw new IllegalArgumentException(
                    sharedRows + " shared rows do not divide " + x.rows() + "; use a divisor, or the block's graph");
        }
        int groups = Math.ceilDiv(x.columns(), length(x));
        clip.check(x.rows() / sharedRows, groups);
        return groups;
    }
}
