package io.bisup.llm.weight;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import java.util.Random;

/**
 * A random weight with correlated inputs whose channels differ in magnitude.
 *
 * @param weight [out, in]
 * @param inputs [tokens, in]
 */
record Problem(TensorRuntime runtime, NDArray weight, NDArray inputs) {

    static Problem of(TensorRuntime runtime, long seed, int rows, int columns, int tokens) {
        Random random = new Random(seed);
        NDManager manager = runtime.manager();
        NDArray mix = gaussian(manager, random, columns, columns);
        float[] magnitudes = new float[columns];
        for (int i = 0; i < columns; i++) {
            magnitudes[i] = (float) Math.exp(0.5 * random.nextGaussian());
        }
        NDArray inputs = runtime.kernels()
                .call("matmul", gaussian(manager, random, tokens, columns), mix)
                .mul(Tensors.floats(manager, magnitudes, columns));
        return new Problem(runtime, gaussian(manager, random, rows, columns), inputs);
    }

    static NDArray gaussian(NDManager manager, Random random, int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensors.floats(manager, values, rows, columns);
    }

    SecondMoments moments() {
        return SecondMoments.of(
                product(inputs.transpose(), inputs), inputs.getShape().get(0));
    }

    NDArray product(NDArray a, NDArray b) {
        return runtime.kernels().call("matmul", a, b);
    }

    /** What a rounded weight loses at the output of these inputs, ‖(Ŵ − W) x‖² summed over tokens. */
    double loss(StoredWeight rounded) {
        NDArray error = rounded.dequantize(runtime).sub(weight);
        return product(inputs, error.transpose()).square().sum().getFloat();
    }
}
