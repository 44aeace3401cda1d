package io.bisup.llm.transform;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import java.util.Random;

/** Uniformly random orthogonal matrices: Q of a Gaussian matrix's QR, each column signed as R's diagonal (methods, A4). */
final class RandomOrthogonal {

    private RandomOrthogonal() {}

    /** [size, size], float64. {@link Random}, because its algorithm is specified: the same matrix in every release. */
    static NDArray of(TensorRuntime runtime, int size, long seed) {
        Random random = new Random(seed);
        double[] values = new double[Math.multiplyExact(size, size)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextGaussian();
        }
        return Tensors.inScope(() ->
                new MapKernels(runtime.kernels()).orthonormal(Tensors.doubles(runtime.manager(), values, size, size)));
    }
}
