package io.bisup.llm.fused;

import static io.bisup.llm.fused.Lanes.COUNT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The gated activation z = g σ(g) u (Shazeer, 2020). */
final class FusedSwiGlu {
    private FusedSwiGlu() {}

    /** Writes z. */
    static void forward(FloatMatrix gate, FloatMatrix up, FloatMatrix out) {
        up.requireShapeOf("up", gate);
        out.requireShapeOf("output", gate);
        RowBlocks.forEach(gate.rows(), (block, from, to) -> {
            for (int row = from; row < to; row++) {
                forwardRow(gate.row(row), up.row(row), out.row(row), gate.columns());
            }
        });
    }

    /** Replaces gate and up by their gradients: dg = dz u σ(g) (1 + g (1 − σ(g))), du = dz g σ(g). */
    static void backward(FloatMatrix gate, FloatMatrix up, FloatMatrix dOut) {
        up.requireShapeOf("up", gate);
        dOut.requireShapeOf("gradient of the output", gate);
        RowBlocks.forEach(gate.rows(), (block, from, to) -> {
            for (int row = from; row < to; row++) {
                backwardRow(gate.row(row), up.row(row), dOut.row(row), gate.columns());
            }
        });
    }

    private static void forwardRow(long gate, long up, long out, int length) {
        for (int i = 0; i < length; i += COUNT) {
            VectorMask<Float> mask = Lanes.mask(i, length);
            FloatVector g = Lanes.load(gate, i, mask);
            Lanes.store(g.mul(sigmoid(g)).mul(Lanes.load(up, i, mask)), out, i, mask);
        }
    }

    private static void backwardRow(long gate, long up, long dOut, int length) {
        for (int i = 0; i < length; i += COUNT) {
            VectorMask<Float> mask = Lanes.mask(i, length);
            FloatVector g = Lanes.load(gate, i, mask);
            FloatVector u = Lanes.load(up, i, mask);
            FloatVector dz = Lanes.load(dOut, i, mask);
            FloatVector sigmoid = sigmoid(g);
            FloatVector slope = g.mul(Lanes.ONE.sub(sigmoid)).add(Lanes.ONE).mul(sigmoid);
            Lanes.store(dz.mul(g).mul(sigmoid), up, i, mask);
            Lanes.store(dz.mul(u).mul(slope), gate, i, mask);
        }
    }

    private static FloatVector sigmoid(FloatVector x) {
        return Lanes.ONE.div(Lanes.exp(x.neg()).add(Lanes.ONE));
    }
}
