package io.bisup.llm.fused;

import static io.bisup.llm.fused.Lanes.COUNT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Rotary position embedding in place (Su et al., 2021), on pairs (i, i + D/2) of each head.
 *
 * @param cosine [T, D/2]; row r of what is rotated stands at position r mod T
 * @param sine [T, D/2]
 */
record FusedRotary(FloatMatrix cosine, FloatMatrix sine) {

    FusedRotary {
        sine.requireShapeOf("sine", cosine);
    }

    /** Rotates x [batch · T, heads · D]. */
    void rotate(FloatMatrix x) {
        turn(x, 1);
    }

    /** Turns a gradient back: the transpose of a rotation is the rotation by the opposite angle. */
    void rotateBack(FloatMatrix gradient) {
        turn(gradient, -1);
    }

    private void turn(FloatMatrix x, float direction) {
        int half = cosine.columns();
        if (x.columns() % (2 * half) != 0 || x.rows() % cosine.rows() != 0) {
            throw new IllegalArgumentException("[" + x.rows() + ", " + x.columns() + "] is not whole sequences of "
                    + cosine.rows() + " positions with heads of " + 2 * half);
        }
        RowBlocks.forEach(x.rows(), (block, from, to) -> {
            for (int row = from; row < to; row++) {
                int position = row % cosine.rows();
                for (int head = 0; head < x.columns(); head += 2 * half) {
                    turnHead(x.at(row, head), cosine.row(position), sine.row(position), half, direction);
                }
            }
        });
    }

    private static void turnHead(long x, long cosine, long sine, int half, float direction) {
        long second = Lanes.at(x, half);
        for (int i = 0; i < half; i += COUNT) {
            VectorMask<Float> mask = Lanes.mask(i, half);
            FloatVector c = Lanes.load(cosine, i, mask);
            FloatVector s = Lanes.load(sine, i, mask).mul(direction);
            FloatVector a = Lanes.load(x, i, mask);
            FloatVector b = Lanes.load(second, i, mask);
            Lanes.store(a.mul(c).sub(b.mul(s)), x, i, mask);
            Lanes.store(b.mul(c).add(a.mul(s)), second, i, mask);
        }
    }
}
