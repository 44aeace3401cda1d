package io.bisup.llm.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Random;

/** Tensors of N(0, 1), the same for the same seed, on the tests' device. */
public final class Gaussians {
    private Gaussians() {}

    /** Of float32. */
    public static NDArray floats(long seed, long... shape) {
        return of(DataType.FLOAT32, new Random(seed), shape);
    }

    /** Of float32, drawn from a generator that goes on. */
    public static NDArray floats(Random random, long... shape) {
        return of(DataType.FLOAT32, random, shape);
    }

    /** Of float64. */
    public static NDArray doubles(long seed, long... shape) {
        return of(DataType.FLOAT64, new Random(seed), shape);
    }

    private static NDArray of(DataType type, Random random, long... shape) {
        double[] values = new double[Math.toIntExact(new Shape(shape).size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextGaussian();
        }
        return Tensors.reals(TestDevice.runtime().manager(), type, values, shape);
    }
}
