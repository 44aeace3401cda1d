package io.bisup.llm.tensor.fused;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
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

    static float sum(FloatVector values) {
        return values.reduceLanes(VectorOperators.ADD);
    }
}
