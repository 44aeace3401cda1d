package io.bisup.llm.fused;

import static io.bisup.llm.fused.Lanes.COUNT;

import io.bisup.llm.kernel.LossWeights;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The loss mean(w c (y − t)²) / mean(t²), w by token and c by channel. */
final class FusedSquaredError {
    private FusedSquaredError() {}

    /**
     * The weights' memory.
     *
     * @param tokens w, [T, 1]: row r counts by that of token r mod T; absent: all count by 1
     * @param channels c, [1, hidden]; absent: all count by 1
     */
    record Weights(FloatMatrix tokens, FloatMatrix channels) {

        static Weights of(LossWeights weights) {
            return new Weights(FloatMatrix.of(weights.tokens()), FloatMatrix.of(weights.channels()));
        }

        float ofRow(int row) {
            return tokens.isPresent() ? Lanes.get(tokens.row(row % tokens.rows())) : 1;
        }
    }

    /**
     * Computes the loss and replaces y by its gradient 2 w c (y − t) / (n · mean(t²)).
     *
     * @param targetMeanSquare mean(t²), over all samples, which makes the loss free of scale
     */
    static double lossAndGradient(FloatMatrix y, FloatMatrix target, Weights weights, double targetMeanSquare) {
        target.requireShapeOf("target", y);
        if (weights.channels.isPresent()) {
            weights.channels.requireShape("channel weights", 1, y.columns());
        }
        double count = (double) y.rows() * y.columns() * targetMeanSquare;
        float slope = (float) (2 / count);
        double[] sums = new double[RowBlocks.count(y.rows())];
        RowBlocks.forEach(y.rows(), (block, from, to) -> {
            for (int row = from; row < to; row++) {
                float weight = weights.ofRow(row);
                float squares = weights.channels.isPresent()
                        ? row(y.row(row), target.row(row), weights.channels.row(0), y.columns(), weight * slope)
                        : row(y.row(row), target.row(row), y.columns(), weight * slope);
                sums[block] += weight * squares;
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

    /** With channels that count c each; the same numbers as the other where all are 1. */
    private static float row(long y, long target, long channels, int length, float slope) {
        FloatVector squares = Lanes.ZERO;
        for (int i = 0; i < length; i += COUNT) {
            VectorMask<Float> mask = Lanes.mask(i, length);
            FloatVector error = Lanes.load(y, i, mask).sub(Lanes.load(target, i, mask));
            FloatVector weighted = error.mul(Lanes.load(channels, i, mask));
            squares = weighted.fma(error, squares);
            Lanes.store(weighted.mul(slope), y, i, mask);
        }
        return Lanes.sum(squares);
    }
}
