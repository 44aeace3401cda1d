package io.bisup.llm.fused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.tensor.TestDevice;
import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The fused kernels against the TorchScript kernel and its automatic derivative. */
class FusedFakeQuantTest {
    private static final double GRADIENT_TOLERANCE = 1e-5;
    private final TensorRuntime runtime = TestDevice.runtime();
    private final Kernels kernels = runtime.kernels();
    private final Random random = new Random(7);
    private NDScope scope;

    @BeforeEach
    void openScope() {
        assumeFalse(runtime.device().toDjl().isGpu(), "CPU kernels");
        scope = new NDScope();
    }

    @AfterEach
    void closeScope() {
        if (scope != null) {
            scope.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "3, true, 128, 300, 256, 300, false",
        "3, true, 128, 300, 256, 1, false",
        "4, true, 0, 192, 64, 3, false",
        "2, true, 32, 5, 96, 5, true",
        "8, true, 0, 7, 43, 1, false",
        "3, false, 128, 300, 256, 300, true",
        "4, false, 128, 300, 256, 1, false",
        "4, false, 0, 192, 64, 3, false",
        "2, false, 20, 9, 60, 9, false",
        "8, false, 0, 66, 172, 66, true",
        "3, true, 128, 9, 300, 9, false",
        "4, true, 128, 130, 576, 1, true",
        "3, false, 128, 9, 300, 9, false",
        "4, false, 128, 130, 576, 1, true",
    })
    void valuesAreBitEqualAndGradientsAgree(
            int bits, boolean symmetric, int group, int rows, int columns, int clipRows, boolean stored) {
        int groups = group == 0 ? 1 : Math.ceilDiv(columns, group);
        NDArray x = normal(rows / clipRows, clipRows, columns);
        NDArray high = uniform(0.3, 1, clipRows, groups);
        NDArray low = uniform(0.3, 1, clipRows, groups);
        NDArray dOut = normal(rows / clipRows, clipRows, columns);
        compare(new FusedFakeQuant(bits, symmetric, group, 1, stored), x, high, low, dOut);
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void extremesHeldByManyElementsAndDeadGroups(boolean symmetric) {
        float[] values = new float[4 * 64];
        for (int i = 0; i < 128; i++) {
            values[i] = (random.nextInt(9) - 4) / 4f;
        }
        for (int i = 128; i < 192; i++) {
            values[i] = 1e-7f * random.nextInt(3);
        }
        NDArray x = Tensors.floats(runtime.manager(), values, 4, 64);
        NDArray high = uniform(0.5, 1, 4, 2);
        compare(new FusedFakeQuant(3, symmetric, 32, 1, false), x, high, high.duplicate(), normal(4, 64));
    }

    @Test
    void groupsOfOneSign() {
        NDArray x = normal(6, 64);
        FloatMatrix values = FloatMatrix.of(x);
        for (int i = 0; i < 6 * 64; i++) {
            long at = Lanes.at(values.address(), i);
            Lanes.set(at, 0.3f * Lanes.get(at) + (i / 64 % 2 == 0 ? 5 : -5));
        }
        NDArray clip = uniform(0.8, 1, 6, 2);
        compare(new FusedFakeQuant(4, false, 32, 1, false), x, clip, clip.duplicate(), normal(6, 64));
    }

    @Test
    void withoutClipFactorsTheWholeRangeIsUsed() {
        NDArray x = normal(70, 128);
        NDArray none = Tensors.floats(runtime.manager(), new float[0], 0);
        NDArray out = x.zerosLike();
        new FusedFakeQuant(4, true, 64, 1, false).forward(x, none, none, out);
        assertThat(out.toFloatArray())
                .isEqualTo(kernels.call("quant_fake", x, none, none, 4, true, 64, false)
                        .toFloatArray());
    }

    @ParameterizedTest
    @CsvSource({
        "3, true, 128, 2, 130, 256, true",
        "4, false, 32, 2, 260, 80, true",
        "3, true, 0, 4, 8, 43, false",
        "2, false, 20, 3, 9, 60, false",
    })
    void rowsOfATileShareAScale(
            int bits, boolean symmetric, int group, int sharedRows, int rows, int columns, boolean stored) {
        int groups = group == 0 ? 1 : Math.ceilDiv(columns, group);
        NDArray high = uniform(0.3, 1, rows / sharedRows, groups);
        NDArray low = uniform(0.3, 1, rows / sharedRows, groups);
        FusedFakeQuant quantizer = new FusedFakeQuant(bits, symmetric, group, sharedRows, stored);
        compare(quantizer, normal(rows, columns), high, low, normal(rows, columns));
    }

    @Test
    void rowsThatTilesDoNotDivideAreRefused() {
        NDArray x = normal(5, 64);
        NDArray clip = uniform(0.5, 1, 2, 2);
        assertThatThrownBy(() -> new FusedFakeQuant(4, true, 32, 2, false).forward(x, clip, clip, x))
                .hasMessage("2 shared rows do not divide 5; use a divisor, or the block's graph");
    }

    @Test
    void aClipOfAnotherShapeIsRefused() {
        NDArray x = normal(4, 64);
        NDArray clip = uniform(0.5, 1, 3, 2);
        assertThatThrownBy(() -> new FusedFakeQuant(4, true, 32, 1, false).forward(x, clip, clip, x))
                .hasMessage("clip factors [3, 2] do not fit 4 rows of 2 groups");
    }

    private void compare(FusedFakeQuant quantizer, NDArray x, NDArray high, NDArray low, NDArray dOut) {
        NDArray out = x.zerosLike();
        NDArray dx = x.zerosLike();
        NDArray dHigh = high.zerosLike();
        NDArray dLow = low.zerosLike();
        quantizer.forward(x, high, low, out);
        Clip clip = new Clip(FloatMatrix.of(high), FloatMatrix.of(low));
        Clip dClip = new Clip(FloatMatrix.of(dHigh), FloatMatrix.of(dLow));
        quantizer.backward(FloatMatrix.of(x), clip, FloatMatrix.of(dOut), FloatMatrix.of(dx), dClip);

        kernels.requireGradient(x);
        kernels.requireGradient(high);
        kernels.requireGradient(low);
        NDArray expected = expected(quantizer, x, high, low);
        kernels.backward(expected, dOut);

        assertThat(out.toFloatArray()).isEqualTo(expected.toFloatArray());
        Closeness.assertClose("x", dx, kernels.gradient(x), GRADIENT_TOLERANCE);
        Closeness.assertClose("high", dHigh, kernels.gradient(high), GRADIENT_TOLERANCE);
        if (!quantizer.symmetric()) {
            Closeness.assertClose("low", dLow, kernels.gradient(low), GRADIENT_TOLERANCE);
        }
    }

    private NDArray expected(FusedFakeQuant quantizer, NDArray x, NDArray high, NDArray low) {
        KernelCalls recording = kernels.recording();
        return quantizer.sharedRows() == 1
                ? recording.call(
                        "quant_fake",
                        x,
                        high,
                        low,
                        quantizer.bits(),
                        quantizer.symmetric(),
                        quantizer.group(),
                        quantizer.storedScale())
                : recording.call(
                        "weight_fake",
                        x,
                        high,
                        low,
                        quantizer.bits(),
                        quantizer.symmetric(),
                        quantizer.group(),
                        quantizer.sharedRows(),
                        quantizer.storedScale());
    }

    private NDArray normal(int... shape) {
        return filled(random::nextGaussian, shape);
    }

    private NDArray uniform(double from, double to, int... shape) {
        return filled(() -> random.nextDouble(from, to), shape);
    }

    private NDArray filled(DoubleSupplier distribution, int... shape) {
        float[] values = new float[Arrays.stream(shape).reduce(1, Math::multiplyExact)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) distribution.getAsDouble();
        }
        return Tensors.floats(
                runtime.manager(), values, Arrays.stream(shape).asLongStream().toArray());
    }
}
