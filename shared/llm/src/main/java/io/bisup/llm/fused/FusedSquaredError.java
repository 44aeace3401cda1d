package io.bisup.llm.fused;

import static io.bisup.llm.fused.Lanes.COUNT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The loss mean(w (y − t)²) / power. */
final class FusedSquaredError {
    private FusedSquaredError() {}

    /**
     * Computes the loss and replaces y by its gradient 2 w (y − t) / (n · power).
     *
     * @param tokens w, [T, 1]: row r counts by that of token r mod T; absent: all count by 1
     * @param power mean square of the target, which makes the loss free of scale
     */
    static double lossAndGradient(FloatMatrix y, FloatMatrix target, FloatMatrix tokens, double power) {
        target.requireShapeOf("target", y);
        double count = (double) y.rows() * y.columns() * power;
        float slope = (float) (2 / count);
        double[] sums = new double[RowBlocks.count(y.rows())];
        RowBlocks.forEach(y.rows(), (block, from, to) -> {
            for (int row = from; row < to; row++) {
                float weight = tokens.isPresent() ? Lanes.get(tokens.row(row % tokens.rows())) : 1;
                sums[block] += weight * row(y.row(row), target.row(row), y.columns(), weight * slope);
            }
        });
        double sum = 0;
        for (double part : sums) {
            sum += part;
        }
        return sum / count;
    }

    private static float row(long y, long target, int length, float slope) {
        FloatVector squares = Lanes.ZERO;
        for (int i = 0; i < length; i += COUNT) {
            VectorMask<Float> mask = Lanes.mask(i, length);
            FloatVector error = Lanes.load(y, i, mask).sub(Lanes.load(target, i, mask));
            squares = error.fma(error, squares);
            Lanes.store(error.mul(slope), y, i, mask);
        }
        return Lanes.sum(squares);
    }
}
