package io.bisup.llm.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * How fast the matrix product of a linear layer runs in each format, measured in about a tenth of a second.
 *
 * @param float32 10⁹ operations per second of the calling thread's processor time, multiplications and additions
 * @param bfloat16 the same, conversions of both operands included
 */
public record ProductSpeed(double float32, double bfloat16) {
    private static final int TOKENS = 256;
    private static final int WIDTH = 1024;
    private static final int WARM_UP = 2;
    private static final int RUNS = 5;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** The fastest of five products of 256 tokens with a layer of 1024 × 1024 in each format, taking turns. */
    public static ProductSpeed measure(TensorRuntime runtime) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray x = Tensors.floats(runtime.manager(), values(TOKENS * WIDTH), TOKENS, WIDTH);
            NDArray weight = Tensors.floats(runtime.manager(), values(WIDTH * WIDTH), WIDTH, WIDTH);
            long[] fastest = {Long.MAX_VALUE, Long.MAX_VALUE};
            for (int run = 0; run < WARM_UP + RUNS; run++) {
                for (int format = 0; format < fastest.length; format++) {
                    long nanos = nanos(runtime, x, weight, format == 1);
                    fastest[format] = run < WARM_UP ? Long.MAX_VALUE : Math.min(fastest[format], nanos);
                }
            }
            return new ProductSpeed(gigaflops(fastest[0]), gigaflops(fastest[1]));
        }
    }

    /** How many times as fast bfloat16 is. */
    public double bfloat16ToFloat32() {
        return bfloat16 / float32;
    }

    /** Processor time where the system tells it: other work on the machine must not decide. */
    private static long nanos(TensorRuntime runtime, NDArray x, NDArray weight, boolean lowPrecision) {
        boolean told = THREADS.isCurrentThreadCpuTimeSupported();
        long before = told ? THREADS.getCurrentThreadCpuTime() : System.nanoTime();
        runtime.kernels().call("linear", x, weight, lowPrecision).close();
        return Math.max(1, (told ? THREADS.getCurrentThreadCpuTime() : System.nanoTime()) - before);
    }

    private static double gigaflops(long nanos) {
        return 2.0 * TOKENS * WIDTH * WIDTH / nanos;
    }

    /** Values of one magnitude: no denormal slows a product. */
    private static float[] values(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = 1 + (i % 7) / 8f;
        }
        return values;
    }
}
