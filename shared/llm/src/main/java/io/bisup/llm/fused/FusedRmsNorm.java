package io.bisup.llm.fused;

import static io.bisup.llm.fused.Lanes.COUNT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Root-mean-square normalization of rows: y = x ρ γ with ρ = 1 / sqrt(mean x² + ε) (Zhang and Sennrich, 2019). */
record FusedRmsNorm(float epsilon) {

    /** Writes y; x and out may be the same. */
    void forward(FloatMatrix x, FloatMatrix weight, FloatMatrix out) {
        check(x, weight, out);
        RowBlocks.forEach(x.rows(), (block, from, to) -> {
            for (int row = from; row < to; row++) {
                forwardRow(x.row(row), weight.address(), out.row(row), x.columns());
            }
        });
    }

    /**
     * Adds ∂/∂x and ∂/∂γ to {@code dx} and {@code dWeight}, each unless absent.
     *
     * @param dOut gradient of y
     */
    void backward(FloatMatrix x, FloatMatrix weight, FloatMatrix dOut, FloatMatrix dx, FloatMatrix dWeight) {
        check(x, weight, dOut);
        if (dx.isPresent()) {
            dx.requireShapeOf("gradient of the input", x);
            RowBlocks.forEach(x.rows(), (block, from, to) -> {
                for (int row = from; row < to; row++) {
                    inputRow(x.row(row), weight.address(), dOut.row(row), dx.row(row), x.columns());
                }
            });
        }
        if (dWeight.isPresent()) {
            dWeight.requireShapeOf("gradient of the norm weight", weight);
            for (int row = 0; row < x.rows(); row++) {
                weightRow(x.row(row), dOut.row(row), dWeight.address(), x.columns());
            }
        }
    }

    private void forwardRow(long x, long weight, long out, int length) {
        float inverse = inverse(x, length);
        for (int i = 0; i < length; i += COUNT) {
            VectorMask<Float> mask = Lanes.mask(i, length);
            Lanes.store(Lanes.load(x, i, mask).mul(inverse).mul(Lanes.load(weight, i, mask)), out, i, mask);
        }
    }

    /** dx = ρ γ dy − x ρ³ mean(x γ dy). */
    private void inputRow(long x, long weight, long dOut, long dx, int length) {
        float inverse = inverse(x, length);
        FloatVector products = Lanes.ZERO;
        for (int i = 0; i < length; i += COUNT) {
            VectorMask<Float> mask = Lanes.mask(i, length);
            FloatVector scaled = Lanes.load(weight, i, mask).mul(Lanes.load(dOut, i, mask));
            products = Lanes.load(x, i, mask).fma(scaled, products);
        }
        float along = Lanes.sum(products) * inverse * inverse * inverse / length;
        for (int i = 0; i < length; i += COUNT) {
            VectorMask<Float> mask = Lanes.mask(i, length);
            FloatVector scaled = Lanes.load(weight, i, mask).mul(Lanes.load(dOut, i, mask));
            FloatVector gradient =
                    scaled.mul(inverse).sub(Lanes.load(x, i, mask).mul(along));
            Lanes.add(gradient, dx, i, mask);
        }
    }

    private void weightRow(long x, long dOut, long dWeight, int length) {
        float inverse = inverse(x, length);
        for (int i = 0; i < length; i += COUNT) {
            VectorMask<Float> mask = Lanes.mask(i, length);
            Lanes.add(Lanes.load(x, i, mask).mul(inverse).mul(Lanes.load(dOut, i, mask)), dWeight, i, mask);
        }
    }

    private float inverse(long x, int length) {
        FloatVector squares = Lanes.ZERO;
        for (int i = 0; i < length; i += COUNT) {
            FloatVector value = Lanes.load(x, i, Lanes.mask(i, length));
            squares = value.fma(value, squares);
        }
        return (float) (1 / Math.sqrt(Lanes.sum(squares) / length + epsilon));
    }

    private static void check(FloatMatrix x, FloatMatrix weight, FloatMatrix out) {
        weight.requireShape("norm weight", 1, x.columns());
        out.requireShapeOf("normalized values or their gradient", x);
    }
}
