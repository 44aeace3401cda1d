package io.bisup.llm.fused;

import static io.bisup.llm.fused.Lanes.COUNT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * One group of the asymmetric quantizer: Δ = max((hi − lo) / (2^b − 1), 1e-5) with hi = c_hi · max(x, 0) and
 * lo = c_lo · min(x, 0), z = clamp(rint(−lo/Δ)), q = clamp(rint(x/Δ) + z), x̂ = (q − z) Δ.
 *
 * @param levels the largest code, 2^b − 1
 */
record AsymmetricKernel(float levels, FloatVector highest, boolean storedScale) implements GroupKernel {

    static AsymmetricKernel of(int bits, boolean storedScale) {
        float levels = (1 << bits) - 1;
        return new AsymmetricKernel(levels, FloatVector.broadcast(Lanes.SPECIES, levels), storedScale);
    }

    @Override
    public void forward(long x, long out, int length, float high, float low) {
        float lowEnd = minimum(x, length) * low;
        float scale = scale((maximum(x, length) * high - lowEnd) / levels);
        float zero = zero(lowEnd, scale);
        for (int i = 0; i < length; i += COUNT) {
            VectorMask<Float> mask = Lanes.mask(i, length);
            FloatVector codes = Lanes.rint(Lanes.load(x, i, mask).div(scale)).add(zero);
            Lanes.store(Lanes.clamp(codes, Lanes.ZERO, highest).sub(zero).mul(scale), out, i, mask);
        }
    }

    /** ∂x̂/∂x = 1 inside the range; ∂x̂/∂Δ = q − z − x/Δ inside and q − z outside; Δ depends on both ends. */
    @Override
    public void backward(long x, long dOut, long dx, int length, float high, float low, float[] dClip, int cell) {
        float minimum = minimum(x, length);
        float maximum = maximum(x, length);
        float spacing = (maximum * high - minimum * low) / levels;
        float scale = scale(spacing);
        float dScale = throughCodes(x, dOut, dx, length, scale, zero(minimum * low, scale));
        if (spacing < GroupKernel.SMALLEST) {
            return;
        }
        float dRange = dScale / levels;
        dClip[2 * cell] += dRange * maximum;
        dClip[2 * cell + 1] -= dRange * minimum;
        if (dx != 0) {
            toAttaining(x, dx, length, maximum, dRange * high);
            toAttaining(x, dx, length, minimum, -dRange * low);
        }
    }

    private float throughCodes(long x, long dOut, long dx, int length, float scale, float zero) {
        FloatVector dScale = Lanes.ZERO;
        for (int i = 0; i < length; i += COUNT) {
            VectorMask<Float> mask = Lanes.mask(i, length);
            FloatVector ratio = Lanes.load(x, i, mask).div(scale);
            FloatVector shifted = Lanes.rint(ratio).add(zero);
            FloatVector codes = Lanes.clamp(shifted, Lanes.ZERO, highest);
            VectorMask<Float> inside = shifted.compare(VectorOperators.EQ, codes, mask);
            FloatVector gradient = Lanes.load(dOut, i, mask);
            dScale = gradient.fma(codes.sub(zero).sub(ratio, inside), dScale);
            if (dx != 0) {
                Lanes.add(Lanes.ZERO.add(gradient, inside), dx, i, mask);
            }
        }
        return Lanes.sum(dScale);
    }

    private static float minimum(long x, int length) {
        return Math.min(Lanes.minimum(x, length), 0);
    }

    private static float maximum(long x, int length) {
        return Math.max(Lanes.maximum(x, length), 0);
    }

    /** The gradient of an extreme is shared by all elements that attain it; by none when it is 0 and not in the group. */
    private static void toAttaining(long x, long dx, int length, float extreme, float dExtreme) {
        int count = 0;
        for (int i = 0; i < length; i += COUNT) {
            VectorMask<Float> mask = Lanes.mask(i, length);
            count += Lanes.load(x, i, mask)
                    .compare(VectorOperators.EQ, extreme, mask)
                    .trueCount();
        }
        FloatVector share = FloatVector.broadcast(Lanes.SPECIES, dExtreme / count);
        for (int i = 0; i < length; i += COUNT) {
            VectorMask<Float> mask = Lanes.mask(i, length);
            VectorMask<Float> attains = Lanes.load(x, i, mask).compare(VectorOperators.EQ, extreme, mask);
            if (attains.anyTrue()) {
                Lanes.add(share, dx, i, attains);
            }
        }
    }

    private float scale(float spacing) {
        float scale = Math.max(spacing, GroupKernel.SMALLEST);
        return storedScale ? GroupKernel.bfloat16(scale) : scale;
    }

    private float zero(float lowEnd, float scale) {
        return (float) Math.clamp(Math.rint(-lowEnd / scale), 0, levels);
    }
}
