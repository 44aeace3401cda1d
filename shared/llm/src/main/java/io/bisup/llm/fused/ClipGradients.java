package io.bisup.llm.fused;

/**
 * Sums of clip gradients, pairs (high, low) per clip row and group.
 *
 * <p>Clip rows shared by several rows are summed per block of rows first, so that the result does not depend on how many
 * processors worked.
 */
final class ClipGradients {
    private final float[] pairs;
    private final int clipRows;
    private final int groups;
    private final int blocks;

    ClipGradients(int rows, int clipRows, int groups) {
        this.clipRows = clipRows;
        this.groups = groups;
        this.blocks = clipRows == rows ? 1 : RowBlocks.count(rows);
        this.pairs = new float[2 * blocks * clipRows * groups];
    }

    float[] pairs() {
        return pairs;
    }

    int cell(int block, int row, int group) {
        int part = blocks == 1 ? 0 : block;
        return (part * clipRows + row % clipRows) * groups + group;
    }

    void addTo(Clip gradients) {
        addTo(gradients.high(), 0);
        addTo(gradients.low(), 1);
    }

    private void addTo(FloatMatrix target, int end) {
        if (!target.isPresent()) {
            return;
        }
        target.requireShape("gradient of clip factors", clipRows, groups);
        int cells = clipRows * groups;
        for (int cell = 0; cell < cells; cell++) {
            double sum = 0;
            for (int block = 0; block < blocks; block++) {
                sum += pairs[2 * (block * cells + cell) + end];
            }
            long address = Lanes.at(target.address(), cell);
            Lanes.set(address, Lanes.get(address) + (float) sum);
        }
    }
}
