package io.bisup.llm.fused;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;

/** Relative distance of two tensors: ‖actual − expected‖ / ‖expected‖. */
final class Closeness {
    private Closeness() {}

    static void assertClose(String name, NDArray actual, NDArray expected, double tolerance) {
        float[] a = actual.toFloatArray();
        float[] e = expected.toFloatArray();
        assertThat(a).as(name).hasSameSizeAs(e);
        double error = 0;
        double norm = 0;
        for (int i = 0; i < e.length; i++) {
            error += Math.pow(a[i] - e[i], 2);
            norm += Math.pow(e[i], 2);
        }
        assertThat(norm).as(name).isPositive();
        assertThat(Math.sqrt(error / norm)).as(name).isLessThan(tolerance);
    }
}
