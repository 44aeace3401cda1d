package io.bisup.llm.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KernelsTest {
    private final TensorRuntime runtime = TestDevice.runtime();
    private final Kernels kernels = runtime.kernels();
    private final NDManager manager = runtime.manager();
    private final NDScope scope = new NDScope();

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private NDArray gaussian(int rows, int columns) {
        Random random = new Random(7L * rows + columns);
        double[] values = random.doubles((long) rows * columns, -1, 1).toArray();
        return Tensors.doubles(manager, values, rows, columns);
    }

    private double product(NDArray a, NDArray b) {
        try (NDScope inner = new NDScope()) {
            inner.suppressNotUsedWarning();
            NDArray q = kernels.callMany("qr", kernels.call("matmul", a, b))[1];
            return kernels.call("matmul", q, q).sum().getDouble();
        }
    }

    @Test
    void gradientsOfACompositeAgreeWithFiniteDifferences() {
        NDArray a = gaussian(4, 3);
        NDArray b = gaussian(3, 3);
        kernels.requireGradient(b);
        NDArray r = kernels.callManyWithGradient("qr", kernels.callWithGradient("matmul", a, b))[1];
        NDArray squared = kernels.callWithGradient("matmul", r, r);
        kernels.backward(squared, squared.onesLike());
        double[] gradient = kernels.gradient(b).toDoubleArray();
        double[] values = b.toDoubleArray();
        double step = 1e-6;
        for (int i = 0; i < values.length; i++) {
            double[] up = values.clone();
            double[] down = values.clone();
            up[i] += step;
            down[i] -= step;
            double difference =
                    product(a, Tensors.doubles(manager, up, 3, 3)) - product(a, Tensors.doubles(manager, down, 3, 3));
            assertThat(gradient[i]).isCloseTo(difference / (2 * step), within(1e-7));
        }
    }

    @Test
    void matrixFactorsMultiplyBack() {
        NDArray x = gaussian(5, 5);
        NDArray gram =
                kernels.call("matmul", x, x.transpose()).add(manager.eye(5).toType(x.getDataType(), true));
        NDArray lower = kernels.call("cholesky", gram);
        assertClose(kernels.call("matmul", lower, lower.transpose()), gram, 1e-12);
        NDArray[] usv = kernels.callMany("svd", x);
        NDArray scaled = usv[0].mul(usv[1]);
        assertClose(kernels.call("matmul", scaled, usv[2]), x, 1e-12);
        NDArray[] eigen = kernels.callMany("eigh", gram);
        assertClose(kernels.call("matmul", eigen[1].mul(eigen[0]), eigen[1].transpose()), gram, 1e-12);
        NDArray solution = kernels.call("solve_triangular", lower, x, false);
        assertClose(kernels.call("matmul", lower, solution), x, 1e-12);
    }

    @Test
    void aFailingKernelNamesItselfAndItsShapes() {
        NDArray a = gaussian(2, 3);
        assertThatThrownBy(() -> kernels.call("matmul", a, a))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining("matmul(float64(2, 3), float64(2, 3))");
        assertThatThrownBy(() -> kernels.call("svd", a)).hasMessageContaining("callMany");
    }

    @Test
    void resultsWithoutGradientsMayEnterALaterGradient() {
        NDArray a = gaussian(3, 3);
        NDArray product = kernels.call("matmul", a, a);
        kernels.requireGradient(a);
        NDArray loss = kernels.callWithGradient("matmul", a, product).sum();
        assertThat(loss.hasGradient())
                .as("glue outside of kernels is not recorded")
                .isFalse();
        NDArray recorded = kernels.callWithGradient("matmul", a, product);
        kernels.backward(recorded, recorded.onesLike());
        assertThat(kernels.gradient(a).toDoubleArray()).doesNotContain(0.0);
    }

    @Test
    void aParameterTheLossDoesNotDependOnIsNamedByItsShape() {
        NDArray used = gaussian(2, 2);
        NDArray unused = gaussian(3, 4);
        kernels.requireGradient(used);
        kernels.requireGradient(unused);
        NDArray loss = kernels.callWithGradient("matmul", used, used);
        kernels.backward(loss, loss.onesLike());
        assertThatThrownBy(() -> kernels.gradient(unused)).hasMessageContaining("(3, 4) has no gradient");
    }

    private static void assertClose(NDArray actual, NDArray expected, double tolerance) {
        double[] want = expected.toDoubleArray();
        double[] have = actual.toDoubleArray();
        assertThat(have).hasSize(want.length);
        for (int i = 0; i < want.length; i++) {
            assertThat(have[i]).isCloseTo(want[i], within(tolerance));
        }
    }
}
