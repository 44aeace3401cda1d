package io.bisup.llm.fused;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vocabulary of the fused kernels: float32 lanes at native addresses.
 *
 * <p>Addresses are not checked here; {@link FloatMatrix} checks what it hands out. A loop goes over {@code length} elements as
 * {@code for (int i = 0; i < length; i += Lanes.COUNT)} with {@link #mask} switching off the lanes behind the end.
 */
final class Lanes {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final VectorSpecies<Integer> INTEGERS = VectorSpecies.of(int.class, SPECIES.vectorShape());

    /** Elements of one vector. */
    static final int COUNT = SPECIES.length();

    static final FloatVector ZERO = FloatVector.zero(SPECIES);
    static final FloatVector ONE = FloatVector.broadcast(SPECIES, 1);

    private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** 1.5 · 2^23: near it float32 numbers are the integers, so adding it rounds half to even. */
    private static final float ROUNDER = 12_582_912f;

    private static final List<VectorShuffle<Float>> EXCHANGES = exchanges();

    private static final float LOG2_E = 1.442695f;
    private static final float LN2_HIGH = 0.6933594f;
    private static final float LN2_LOW = -2.1219444e-4f;
    private static final float[] EXP_COEFFICIENTS = {
        1.9875691e-4f, 1.3981999e-3f, 8.333452e-3f, 4.1665796e-2f, 0.16666666f, 0.5f
    };
    private static final float[] LOG_COEFFICIENTS = {
        7.0376836e-2f,
        -1.151461e-1f,
        1.16769984e-1f,
        -1.2420141e-1f,
        1.4249323e-1f,
        -1.6668057e-1f,
        2.0000714e-1f,
        -2.4999994e-1f,
        3.333333e-1f
    };
    /** The bits of √½. */
    private static final int ROOT_HALF = 0x3F3504F3;

    private static final FloatVector LEAST_DIFFERENCE = FloatVector.broadcast(SPECIES, 1e-30f);
    private static final FloatVector EXP_LOWEST = FloatVector.broadcast(SPECIES, -87.3f);
    private static final FloatVector EXP_HIGHEST = FloatVector.broadcast(SPECIES, 88.3f);

    private Lanes() {}

    static VectorMask<Float> mask(int i, int length) {
        return SPECIES.indexInRange(i, length);
    }

    static long at(long address, long element) {
        return address + Float.BYTES * element;
    }

    static FloatVector load(long address, int i, VectorMask<Float> mask) {
        return FloatVector.fromMemorySegment(SPECIES, MEMORY, at(address, i), ORDER, mask);
    }

    static void store(FloatVector values, long address, int i, VectorMask<Float> mask) {
        values.intoMemorySegment(MEMORY, at(address, i), ORDER, mask);
    }

    static void add(FloatVector values, long address, int i, VectorMask<Float> mask) {
        store(load(address, i, mask).add(values), address, i, mask);
    }

    static float get(long address) {
        return MEMORY.get(ValueLayout.JAVA_FLOAT, address);
    }

    static void set(long address, float value) {
        MEMORY.set(ValueLayout.JAVA_FLOAT, address, value);
    }

    /** Copies so many elements; the two places do not overlap. */
    static void copy(long from, long to, int length) {
        MemorySegment.copy(MEMORY, from, MEMORY, to, (long) length * Float.BYTES);
    }

    /** Half to even; exact for |x| < 2^22, and beyond that still not less than 2^21 in magnitude, which any clamp cuts. */
    static FloatVector rint(FloatVector x) {
        return x.add(ROUNDER).sub(ROUNDER);
    }

    static FloatVector clamp(FloatVector x, FloatVector low, FloatVector high) {
        FloatVector upper = x.blend(high, x.compare(VectorOperators.GT, high));
        return upper.blend(low, upper.compare(VectorOperators.LT, low));
    }

    /** max |x|: the bits of non-negative floats are ordered as integers. */
    static float absoluteMaximum(long x, int length) {
        IntVector maximum = IntVector.zero(INTEGERS);
        for (int i = 0; i < length; i += COUNT) {
            maximum =
                    maximum.max(load(x, i, mask(i, length)).reinterpretAsInts().and(Integer.MAX_VALUE));
        }
        return Float.intBitsToFloat(maximum.reduceLanes(VectorOperators.MAX));
    }

    static float minimum(long x, int length) {
        FloatVector minimum = FloatVector.broadcast(SPECIES, get(x));
        for (int i = 0; i < length; i += COUNT) {
            VectorMask<Float> mask = mask(i, length);
            FloatVector value = load(x, i, mask);
            minimum = minimum.blend(value, value.compare(VectorOperators.LT, minimum, mask));
        }
        return minimum.reduceLanes(VectorOperators.MIN);
    }

    static float maximum(long x, int length) {
        FloatVector maximum = FloatVector.broadcast(SPECIES, get(x));
        for (int i = 0; i < length; i += COUNT) {
            VectorMask<Float> mask = mask(i, length);
            FloatVector value = load(x, i, mask);
            maximum = maximum.blend(value, value.compare(VectorOperators.GT, maximum, mask));
        }
        return maximum.reduceLanes(VectorOperators.MAX);
    }

    /** The sum of all lanes, always in the same order: the order of {@code reduceLanes} may change when a method is compiled. */
    static float sum(FloatVector values) {
        FloatVector sum = values;
        for (VectorShuffle<Float> exchange : EXCHANGES) {
            sum = sum.add(sum.rearrange(exchange));
        }
        return sum.lane(0);
    }

    /**
     * e^x to within 2 units in the last place (Cephes expf), from exact operations only: those of {@code EXP} differ between
     * the interpreter and compiled code, and the same spec must give the same bytes.
     */
    static FloatVector exp(FloatVector x) {
        FloatVector bounded = clamp(x, EXP_LOWEST, EXP_HIGHEST);
        FloatVector power = rint(bounded.mul(LOG2_E));
        FloatVector rest = power.fma(FloatVector.broadcast(SPECIES, -LN2_HIGH), bounded);
        rest = power.fma(FloatVector.broadcast(SPECIES, -LN2_LOW), rest);
        FloatVector polynomial = FloatVector.broadcast(SPECIES, EXP_COEFFICIENTS[0]);
        for (int i = 1; i < EXP_COEFFICIENTS.length; i++) {
            polynomial = polynomial.fma(rest, FloatVector.broadcast(SPECIES, EXP_COEFFICIENTS[i]));
        }
        FloatVector mantissa = polynomial.fma(rest.mul(rest), rest).add(ONE);
        IntVector exponent = (IntVector) power.convertShape(VectorOperators.F2I, INTEGERS, 0);
        return mantissa.mul(exponent.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
    }

    /**
     * ln x of positive normal numbers to within 2 units in the last place (Cephes logf), from exact operations only, as
     * {@link #exp}: x = m 2^k with m in [√½, √2).
     */
    static FloatVector log(FloatVector x) {
        IntVector bits = x.reinterpretAsInts();
        IntVector exponent = bits.sub(ROOT_HALF).lanewise(VectorOperators.ASHR, 23);
        FloatVector k = (FloatVector) exponent.convertShape(VectorOperators.I2F, SPECIES, 0);
        FloatVector z = bits.sub(exponent.lanewise(VectorOperators.LSHL, 23))
                .reinterpretAsFloats()
                .sub(ONE);
        FloatVector polynomial = FloatVector.broadcast(SPECIES, LOG_COEFFICIENTS[0]);
        for (int i = 1; i < LOG_COEFFICIENTS.length; i++) {
            polynomial = polynomial.fma(z, FloatVector.broadcast(SPECIES, LOG_COEFFICIENTS[i]));
        }
        FloatVector squared = z.mul(z);
        FloatVector rest =
                k.fma(FloatVector.broadcast(SPECIES, LN2_LOW), polynomial.mul(z).mul(squared));
        rest = squared.fma(FloatVector.broadcast(SPECIES, -0.5f), rest);
        return k.fma(FloatVector.broadcast(SPECIES, LN2_HIGH), z.add(rest));
    }

    /** Σ|x − y|^norm; for another norm than 2 a difference under 1e-30 counts as 1e-30. */
    static float distance(long x, long y, int length, float norm) {
        FloatVector sum = ZERO;
        for (int i = 0; i < length; i += COUNT) {
            VectorMask<Float> mask = mask(i, length);
            FloatVector difference = load(x, i, mask).sub(load(y, i, mask));
            sum = sum.add(norm == 2 ? difference.mul(difference) : power(difference.abs(), norm), mask);
        }
        return sum(sum);
    }

    private static FloatVector power(FloatVector x, float exponent) {
        return exp(log(x.max(LEAST_DIFFERENCE)).mul(exponent));
    }

    /** Shuffles that swap neighbours at distance 1, 2, 4, ...: adding each in turn leaves the sum in every lane. */
    private static List<VectorShuffle<Float>> exchanges() {
        List<VectorShuffle<Float>> exchanges = new ArrayList<>();
        for (int distance = 1; distance < COUNT; distance *= 2) {
            int other = distance;
            exchanges.add(VectorShuffle.fromOp(SPECIES, lane -> lane ^ other));
        }
        return List.copyOf(exchanges);
    }
}
