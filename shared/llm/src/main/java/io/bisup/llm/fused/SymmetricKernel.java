package io.bisup.llm.fused;

import static io.bisup.llm.fused.Lanes.COUNT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * One group of the symmetric quantizer: Δ = c · max(max|x|, 1e-5) / (2^(b−1) − 1), q = clamp(rint(x/Δ)), x̂ = q Δ.
 *
 * @param top the largest code, 2^(b−1) − 1
 */
record SymmetricKernel(float top, FloatVector lowest, FloatVector highest, boolean storedScale) implements GroupKernel {

    static SymmetricKernel of(int bits, boolean storedScale) {
        float top = (1 << (bits - 1)) - 1;
        return new SymmetricKernel(
                top,
                FloatVector.broadcast(Lanes.SPECIES, -top - 1),
                FloatVector.broadcast(Lanes.SPECIES, top),
                storedScale);
    }

    @Override
    public void forward(long x, long out, int length, float clip, float unused) {
        float scale = scale(Lanes.absoluteMaximum(x, length), clip);
        for (int i = 0; i < length; i += COUNT) {
            VectorMask<Float> mask = Lanes.mask(i, length);
            FloatVector codes = Lanes.rint(Lanes.load(x, i, mask).div(scale));
            Lanes.store(Lanes.clamp(codes, lowest, highest).mul(scale), out, i, mask);
        }
    }

    /** ∂x̂/∂x = 1 inside the range; ∂x̂/∂Δ = q − x/Δ inside and q outside; Δ depends on c and on max|x|. */
    @Override
    public void backward(long x, long dOut, long dx, int length, float clip, float unused, float[] dClip, int cell) {
        float peak = Lanes.absoluteMaximum(x, length);
        float scale = scale(peak, clip);
        FloatVector dScale = Lanes.ZERO;
        for (int i = 0; i < length; i += COUNT) {
            VectorMask<Float> mask = Lanes.mask(i, length);
            FloatVector ratio = Lanes.load(x, i, mask).div(scale);
            FloatVector rounded = Lanes.rint(ratio);
            FloatVector codes = Lanes.clamp(rounded, lowest, highest);
            VectorMask<Float> inside = rounded.compare(VectorOperators.EQ, codes, mask);
            FloatVector gradient = Lanes.load(dOut, i, mask);
            dScale = gradient.fma(codes.sub(ratio, inside), dScale);
            if (dx != 0) {
                Lanes.add(Lanes.ZERO.add(gradient, inside), dx, i, mask);
            }
        }
        float dRange = Lanes.sum(dScale) / top;
        dClip[2 * cell] += dRange * Math.max(peak, GroupKernel.SMALLEST);
        if (dx != 0 && peak >= GroupKernel.SMALLEST) {
            toPeaks(x, dx, length, peak, dRange * clip);
        }
    }

    /** The gradient of max|x| is shared by all elements that attain it. */
    private static void toPeaks(long x, long dx, int length, float peak, float dPeak) {
        int peaks = 0;
        for (int i = 0; i < length; i += COUNT) {
            VectorMask<Float> mask = Lanes.mask(i, length);
            peaks += Lanes.load(x, i, mask)
                    .abs()
                    .compare(VectorOperators.EQ, peak, mask)
                    .trueCount();
        }
        for (int i = 0; i < length; i += COUNT) {
            VectorMask<Float> mask = Lanes.mask(i, length);
            FloatVector value = Lanes.load(x, i, mask);
            VectorMask<Float> attains = value.abs().compare(VectorOperators.EQ, peak, mask);
            if (attains.anyTrue()) {
                FloatVector share = FloatVector.broadcast(Lanes.SPECIES, dPeak / peaks);
                FloatVector signed = share.blend(share.neg(), value.compare(VectorOperators.LT, 0));
                Lanes.add(signed, dx, i, attains);
            }
        }
    }

    private float scale(float peak, float clip) {
        float scale = Math.max(peak, GroupKernel.SMALLEST) * clip / top;
        return storedScale ? GroupKernel.bfloat16(scale) : scale;
    }
}
