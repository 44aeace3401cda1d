package io.bisup.llm.fused;

import static io.bisup.llm.fused.Lanes.COUNT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** A constant of each column, taken out of every row or put back. */
final class FusedOffset {
    private FusedOffset() {}

    /**
     * Writes x − c.
     *
     * @param offset c, one row; absent: x is copied
     */
    static void subtract(FloatMatrix x, FloatMatrix offset, FloatMatrix out) {
        shift(x, offset, -1, out);
    }

    /** Writes x + c, as {@link #subtract}; x and out may be the same. */
    static void add(FloatMatrix x, FloatMatrix offset, FloatMatrix out) {
        shift(x, offset, 1, out);
    }

    private static void shift(FloatMatrix x, FloatMatrix offset, float direction, FloatMatrix out) {
        out.requireShapeOf("output", x);
        if (!offset.isPresent()) {
            out.copyFrom(x);
            return;
        }
        offset.requireShape("offset", 1, x.columns());
        RowBlocks.forEach(x.rows(), (block, from, to) -> {
            for (int row = from; row < to; row++) {
                shift(x.row(row), offset.address(), direction, out.row(row), x.columns());
            }
        });
    }

    private static void shift(long x, long offset, float direction, long out, int length) {
        for (int i = 0; i < length; i += COUNT) {
            VectorMask<Float> mask = Lanes.mask(i, length);
            FloatVector constant = Lanes.load(offset, i, mask).mul(direction);
            Lanes.store(Lanes.load(x, i, mask).add(constant), out, i, mask);
        }
    }
}
