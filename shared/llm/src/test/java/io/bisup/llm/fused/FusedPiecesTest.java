package io.bisup.llm.fused;

import static io.bisup.llm.fused.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import io.bisup.llm.kernel.AttentionKernels;
import io.bisup.llm.kernel.LinearKernels;
import io.bisup.llm.tensor.Gaussians;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.tensor.TestDevice;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each piece of the fused step by itself, values and gradients, against the graph's kernel: a fault that a whole block would
 * average away is seen here. Widths around the number of lanes leave a remainder; 70 rows are two blocks.
 */
class FusedPiecesTest {
    private static final double CLOSE = 1e-5;
    private static final int ROWS = 70;

    private final TensorRuntime runtime = TestDevice.runtime();
    private final Kernels kernels = runtime.kernels();
    private final KernelCalls recording = kernels.recording();
    private final NDScope scope = new NDScope();
    private final Random random = new Random(6);

    @BeforeEach
    void onlyOnACpu() {
        assumeFalse(runtime.device().isGpu(), "CPU kernels");
    }

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private NDArray parameter(int rows, int columns) {
        NDArray leaf = Gaussians.floats(random, rows, columns);
        kernels.requireGradient(leaf);
        return leaf;
    }

    private NDArray zeros(NDArray like) {
        return like.zerosLike();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 16, 33})
    void normalization(int width) {
        FusedRmsNorm norm = new FusedRmsNorm(1e-5f);
        NDArray x = parameter(ROWS, width);
        NDArray gamma = parameter(1, width);
        NDArray direction = Gaussians.floats(random, ROWS, width);
        NDArray expected = LinearKernels.rmsNorm(recording, x, gamma, 1e-5);
        kernels.backward(expected, direction);
        NDArray out = Gaussians.floats(random, ROWS, width);
        NDArray dx = zeros(x);
        NDArray dGamma = zeros(gamma);
        norm.forward(FloatMatrix.of(x), FloatMatrix.of(gamma), FloatMatrix.of(out));
        norm.backward(
                FloatMatrix.of(x),
                FloatMatrix.of(gamma),
                FloatMatrix.of(direction),
                FloatMatrix.of(dx),
                FloatMatrix.of(dGamma));
        assertClose("y", out, expected, CLOSE);
        if (width > 1) {
            assertClose("dx", dx, kernels.gradient(x), 1e-4);
        }
        assertClose("dγ", dGamma, kernels.gradient(gamma), CLOSE);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 16, 33})
    void gatedActivation(int width) {
        NDArray gate = parameter(ROWS, width);
        NDArray up = parameter(ROWS, width);
        NDArray direction = Gaussians.floats(random, ROWS, width);
        NDArray expected = LinearKernels.swiglu(recording, gate, up);
        kernels.backward(expected, direction);
        NDArray out = Gaussians.floats(random, ROWS, width);
        FusedSwiGlu.forward(FloatMatrix.of(gate), FloatMatrix.of(up), FloatMatrix.of(out));
        assertClose("z", out, expected, CLOSE);
        NDArray g = gate.duplicate();
        NDArray u = up.duplicate();
        FusedSwiGlu.backward(FloatMatrix.of(g), FloatMatrix.of(u), FloatMatrix.of(direction));
        assertClose("dg", g, kernels.gradient(gate), CLOSE);
        assertClose("du", u, kernels.gradient(up), CLOSE);
    }

    /** Far out the exponential overflows: the gate is then shut or open, and nothing is NaN. */
    @Test
    void gatesFarOutAreShutOrOpen() {
        NDArray gate = Tensors.floats(runtime.manager(), new float[] {-300, -80, 80, 300, 0}, 1, 5);
        NDArray up = gate.onesLike();
        NDArray out = gate.zerosLike();
        FusedSwiGlu.forward(FloatMatrix.of(gate), FloatMatrix.of(up), FloatMatrix.of(out));
        assertThat(out.toFloatArray()).containsExactly(new float[] {0, 0, 80, 300, 0}, within(1e-4f));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 16, 20})
    void rotaryEmbedding(int headDim) {
        int heads = 3;
        long width = (long) heads * headDim;
        NDArray angles = Gaussians.floats(random, 35, headDim / 2);
        NDArray cosines = angles.cos();
        NDArray sines = angles.sin();
        NDArray x = Gaussians.floats(random, ROWS, width);
        NDArray split = AttentionKernels.splitHeads(kernels, x.reshape(2, 35, width), heads);
        NDArray expected = kernels.call("join_heads", AttentionKernels.rotate(kernels, split, cosines, sines));
        FusedRotary rotary = new FusedRotary(FloatMatrix.of(cosines), FloatMatrix.of(sines));
        NDArray turned = x.duplicate();
        rotary.rotate(FloatMatrix.of(turned));
        assertClose("rotated", turned, expected, CLOSE);
        rotary.rotateBack(FloatMatrix.of(turned));
        assertClose("and back", turned, x, CLOSE);
    }

    @Test
    void rotationOfPartsOfSequencesIsRefused() {
        NDArray angles = Gaussians.floats(random, 35, 8);
        FusedRotary rotary = new FusedRotary(FloatMatrix.of(angles), FloatMatrix.of(angles));
        assertThatThrownBy(() -> rotary.rotate(FloatMatrix.of(Gaussians.floats(random, 36, 16))))
                .hasMessageContaining("35 positions");
        assertThatThrownBy(() -> rotary.rotate(FloatMatrix.of(Gaussians.floats(random, 35, 24))))
                .hasMessageContaining("heads of 16");
    }

    @Test
    void offsetsAreTakenOutAndPutBack() {
        NDArray x = Gaussians.floats(random, ROWS, 19);
        NDArray c = Gaussians.floats(random, 1, 19);
        NDArray out = Gaussians.floats(random, ROWS, 19);
        FusedOffset.subtract(FloatMatrix.of(x), FloatMatrix.of(c), FloatMatrix.of(out));
        assertClose("x − c", out, x.sub(c), CLOSE);
        FusedOffset.add(FloatMatrix.of(out), FloatMatrix.of(c), FloatMatrix.of(out));
        assertClose("and back", out, x, CLOSE);
        FusedOffset.subtract(FloatMatrix.of(x), FloatMatrix.NONE, FloatMatrix.of(out));
        assertThat(out.toFloatArray()).isEqualTo(x.toFloatArray());
    }

    /** Columns of a matrix are the same memory: what is written through them is seen. */
    @Test
    void columnsAreAView() {
        NDArray x = Gaussians.floats(random, 3, 10);
        NDArray part = Gaussians.floats(random, 3, 4);
        FloatMatrix view = FloatMatrix.of(x).columns(5, 4);
        FusedOffset.add(
                FloatMatrix.of(part),
                FloatMatrix.of(Gaussians.floats(random, 1, 4).zerosLike()),
                view);
        assertThat(x.get(":, 5:9").toFloatArray()).isEqualTo(part.toFloatArray());
        assertThatThrownBy(view::clear).hasMessageContaining("not one piece");
    }

    @Test
    void whatCannotBeReadInPlaceIsRefused() {
        NDArray doubles = Tensors.doubles(runtime.manager(), new double[4], 2, 2);
        assertThatThrownBy(() -> FloatMatrix.of(doubles)).hasMessageContaining("float32");
        assertThatThrownBy(() -> FloatMatrix.of(Gaussians.floats(random, 3, 4), 5))
                .hasMessageContaining("rows of 5");
        assertThat(FloatMatrix.of(Tensors.floats(runtime.manager(), new float[0], 0))
                        .isPresent())
                .isFalse();
        assertThatThrownBy(() -> FusedSwiGlu.forward(
                        FloatMatrix.of(Gaussians.floats(random, 2, 3)),
                        FloatMatrix.of(Gaussians.floats(random, 2, 4)),
                        FloatMatrix.of(Gaussians.floats(random, 2, 3))))
                .hasMessageContaining("up is [2, 4], expected [2, 3]");
        assertThat(doubles.getDataType()).isEqualTo(DataType.FLOAT64);
    }
}
