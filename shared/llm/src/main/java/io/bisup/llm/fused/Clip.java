package io.bisup.llm.fused;

import ai.djl.ndarray.NDArray;

/**
 * Clip factors, or their gradients: [clip rows, groups] each, or absent.
 *
 * @param high of the range, or of its upper end when asymmetric
 * @param low of the lower end, unused when symmetric
 */
record Clip(FloatMatrix high, FloatMatrix low) {
    static final Clip NONE = new Clip(FloatMatrix.NONE, FloatMatrix.NONE);

    /** Of tensors [clip rows, groups]; empty ones: absent. */
    static Clip of(NDArray high, NDArray low) {
        return new Clip(FloatMatrix.of(high), FloatMatrix.of(low));
    }

    /** One factor for both ends of each row's range. */
    static Clip perRow(NDArray factors) {
        FloatMatrix column = FloatMatrix.of(factors, 1);
        return new Clip(column, column);
    }

    int rows() {
        return high.isPresent() ? high.rows() : 1;
    }

    float high(int row, int group) {
        return factor(high, row, group);
    }

    float low(int row, int group) {
        return factor(low, row, group);
    }

    void check(int rows, int groups) {
        if (high.isPresent() && (high.columns() != groups || rows % high.rows() != 0)) {
            throw new IllegalArgumentException("clip factors [" + high.rows() + ", " + high.columns() + "] do not fit "
                    + rows + " rows of " + groups + " groups");
        }
        if (low.isPresent()) {
            low.requireShapeOf("lower clip factors", high);
        }
    }

    private static float factor(FloatMatrix factors, int row, int group) {
        return factors.isPresent() ? Lanes.get(factors.at(row % factors.rows(), group)) : 1;
    }
}
