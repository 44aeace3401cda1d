package io.bisup.llm.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.pytorch.engine.PtNDManager;
import io.bisup.llm.kernel.FusedKernels;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Both libraries give the same product, and gradients pass through either choice. */
class ProductLibraryTest {
    private final TensorRuntime runtime = TestDevice.runtime();

    @ParameterizedTest
    @CsvSource({
        "'vendor_id : GenuineIntel\nflags : fpu avx2 avx512f', MKL",
        "'vendor_id : AuthenticAMD\nflags : fpu avx2 avx512f avx512_bf16', ONE_DNN",
        "'vendor_id : AuthenticAMD\nflags : fpu avx2', MKL",
        "'CPU implementer : 0x41', MKL"
    })
    void theProcessorDecides(String cpuInfo, ProductLibrary expected) {
        assertThat(ProductLibrary.of(cpuInfo)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"1,1,64,32", "1,7,65,33", "3,16,128,256", "2,5,1,8"})
    void bothGiveTheSameProduct(int batch, int time, int in, int out) {
        PtNDManager manager = (PtNDManager) runtime.manager();
        try (NDScope scope = new NDScope();
                Kernels mkl = new Kernels(manager, ProductLibrary.MKL);
                Kernels oneDnn = new Kernels(manager, ProductLibrary.ONE_DNN)) {
            scope.suppressNotUsedWarning();
            NDArray x = Tensors.floats(manager, values(batch * time * in), batch, time, in);
            NDArray weight = Tensors.floats(manager, values(out * in), out, in);
            NDArray expected = mkl.call("linear", x, weight, false);
            NDArray actual = oneDnn.call("linear", x, weight, false);
            assertThat(actual.getShape()).isEqualTo(expected.getShape());
            float tolerance = (float) (1e-6 * Math.sqrt(in) * 4);
            assertThat(actual.toFloatArray()).containsExactly(expected.toFloatArray(), within(tolerance));
            NDArray doubles = Tensors.doubles(manager, new double[] {1, 2}, 1, 2);
            assertThat(oneDnn.call("linear", doubles, doubles, false).toDoubleArray())
                    .containsExactly(5);
        }
    }

    @ParameterizedTest
    @CsvSource({"1,64,32", "7,65,33", "48,128,256"})
    void bothGiveTheSameStepOfALinear(int rows, int in, int out) {
        try (NDScope scope = new NDScope();
                Kernels mkl = new Kernels((PtNDManager) runtime.manager(), ProductLibrary.MKL);
                Kernels oneDnn = new Kernels((PtNDManager) runtime.manager(), ProductLibrary.ONE_DNN)) {
            scope.suppressNotUsedWarning();
            float[] expected = outputAndGradients(mkl, rows, in, out);
            float tolerance = (float) (1e-6 * Math.sqrt(Math.max(rows, Math.max(in, out))) * 8);
            assertThat(outputAndGradients(oneDnn, rows, in, out)).containsExactly(expected, within(tolerance));
        }
    }

    /** x Wᵀ + an addend; then the gradients of x, added to ones, and of W for one gradient of the output. */
    private float[] outputAndGradients(Kernels kernels, int rows, int in, int out) {
        NDManager manager = runtime.manager();
        NDArray none = Tensors.floats(manager, new float[0], 0, 0);
        NDArray x = Tensors.floats(manager, values(rows * in), rows, in);
        NDArray weight = Tensors.floats(manager, values(out * in), out, in);
        NDArray dy = Tensors.floats(manager, values(rows * out), rows, out);
        NDArray y = Tensors.floats(manager, new float[rows * out], rows, out);
        FusedKernels.Linear linear = new FusedKernels.Linear(x, weight, none, x, none, none);
        FusedKernels.linear(kernels, linear, Tensors.floats(manager, values(rows * out), rows, out), y, false);
        NDArray dx = x.onesLike();
        NDArray added = weight.onesLike();
        NDArray replaced = weight.onesLike();
        FusedKernels.linearBackward(
                kernels, dy, linear, new FusedKernels.Linear(dx, added, none, none, none, none), false, false);
        FusedKernels.linearBackward(
                kernels, dy, linear, new FusedKernels.Linear(none, replaced, none, none, none, none), true, false);
        assertThat(added.sub(1).sub(replaced).abs().max().getFloat()).isLessThan(1e-3f);
        NDList all = new NDList(y.flatten(), dx.flatten(), replaced.flatten());
        return NDArrays.concat(all).toFloatArray();
    }

    @Test
    void gradientsPassThroughEither() {
        PtNDManager manager = (PtNDManager) runtime.manager();
        for (ProductLibrary library : ProductLibrary.values()) {
            try (NDScope scope = new NDScope();
                    Kernels kernels = new Kernels(manager, library)) {
                scope.suppressNotUsedWarning();
                NDArray x = Tensors.floats(manager, new float[] {2, 3}, 1, 2);
                NDArray weight = Tensors.floats(manager, new float[] {5, 7}, 1, 2);
                kernels.requireGradient(weight);
                kernels.backward(kernels.callWithGradient("linear", x, weight, false));
                assertThat(kernels.gradient(weight).toFloatArray()).containsExactly(2, 3);
            }
        }
    }

    private static float[] values(int count) {
        Random random = new Random(count);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
