package io.bisup.llm.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Scope;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.tensor.TestDevice;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantKernelsTest {
    private static final Scope ROW = new Scope.Row();
    private static final Scope G128 = Scope.columns(128);

    private final TensorRuntime runtime = TestDevice.runtime();
    private final Kernels kernels = runtime.kernels();
    private final NDManager manager = runtime.manager();
    private final NDScope scope = new NDScope();
    private final NDArray full = manager.create(new Shape(0));

    @AfterEach
    void closeScope() {
        scope.close();
    }

    /** Q1: the golden vectors, in float64 because one of them is a tie that float32 scales break. */
    @ParameterizedTest
    @CsvSource({
        "true, 4, 1.00, 0.4000000000, '2 -4 1 0 5 -2 3 -7'",
        "true, 3, 1.00, 0.9333333333, '1 -2 0 0 2 -1 1 -3'",
        "false, 4, 1.00, 0.3266666667, '12 5 10 9 15 7 12 0'",
        "false, 3, 1.00, 0.7000000000, '5 2 4 4 7 3 6 0'",
        "true, 4, 0.85, 0.3400000000, '3 -4 1 0 6 -2 3 -8'"
    })
    void goldenVectors(boolean symmetric, int bits, double clip, double scale, String codes) {
        NDArray x = Tensors.doubles(manager, new double[] {0.9, -1.4, 0.35, 0, 2.1, -0.7, 1.05, -2.8}, 1, 8);
        NDArray factor = Tensors.doubles(manager, new double[] {clip}, 1, 1);
        NDArray[] parts = kernels.callMany("quant_codes", x, factor, factor, bits, symmetric, 0, false);
        int offset = symmetric ? 1 << (bits - 1) : 0;
        assertThat(shown(parts[0].toByteArray(), offset)).isEqualTo(codes);
        assertThat(parts[1].toDoubleArray()[0]).isCloseTo(scale, within(1e-10));
    }

    @Test
    void roundsHalfToEven() {
        NDArray x = Tensors.floats(manager, new float[] {0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 7f}, 1, 6);
        assertThat(fake(x, Format.integer(4, true, ROW), full).toFloatArray()).containsExactly(0f, 2f, 2f, 0f, -2f, 7f);
    }

    /** Q2: within half a step where not clipped, at its group's edge where clipped. */
    @ParameterizedTest
    @CsvSource({"2, true", "3, true", "4, true", "8, true", "2, false", "3, false", "5, false", "8, false"})
    void nearestRoundingIsWithinHalfAStep(int bits, boolean symmetric) {

        NDArray x = gaussian(64 * 128, 64, 128);
        NDArray clip = Tensors.floats(manager, new float[] {0.7f}, 1, 1);
        float[] scales = kernels.callMany("quant_codes", x, clip, clip, bits, symmetric, 128, false)[1].toFloatArray();
        float[] fake = fake(x, Format.integer(bits, symmetric, G128), clip).toFloatArray();
        float[] exact = x.toFloatArray();
        int inside = 0;
        for (int i = 0; i < exact.length; i++) {
            float step = scales[i / 128];
            double error = Math.abs(exact[i] - fake[i]);
            if (error <= step * (0.5 + 1e-5)) {
                inside++;
            } else {
                assertThat(fake[i]).isEqualTo(edge(fake, i, exact[i] > fake[i]));
            }
        }
        assertThat(inside).isGreaterThan(exact.length * 7 / 10);
    }

    /** The largest or smallest value in the group of element i; with 30 % clipped off, both ends are reached. */
    private static float edge(float[] fake, int i, boolean upper) {
        DoubleStream group = IntStream.range(i / 128 * 128, i / 128 * 128 + 128).mapToDouble(j -> fake[j]);
        return (float) (upper ? group.max() : group.min()).orElseThrow();
    }

    /** Q3: relative squared error on N(0, 1). */
    @ParameterizedTest
    @CsvSource({
        "3, true, 1.000, 128, 0.0749", "3, true, 0.65, 128, 0.0405", "4, true, 1.0, 128, 0.01376",
        "4, true, 0.825, 128, 0.01083", "5, true, 1.0, 128, 0.00300", "2, true, 1.0, 128, 0.587",
        "2, false, 1.0, 128, 0.253", "2, false, 0.6, 128, 0.140", "3, false, 1.0, 128, 0.0464",
        "3, false, 0.8, 128, 0.0360", "4, false, 1.0, 128, 0.01011", "4, false, 0.925, 128, 0.00934",
        "3, true, 1.0, 4096, 0.133", "3, true, 0.475, 4096, 0.0416", "4, true, 1.0, 4096, 0.0244",
        "4, true, 0.625, 4096, 0.0122"
    })
    void errorOnGaussiansIsThePublishedOne(int bits, boolean symmetric, float clip, int group, double expected) {
        NDArray x = gaussian(20_000 * 128, 20_000 * 128 / group, group);
        NDArray factor = Tensors.floats(manager, new float[] {clip}, 1, 1);
        NDArray fake = fake(x, Format.integer(bits, symmetric, ROW), factor);
        double error = x.sub(fake).square().sum().getFloat() / x.square().sum().getFloat();
        assertThat(error).isCloseTo(expected, within(0.03 * expected));
    }

    /** Q4: a smooth loss of the clip logit, averaged over 1e5 elements, has the straight-through gradient. */
    @ParameterizedTest
    @CsvSource({"3, true", "4, true", "3, false", "4, false"})
    void clipGradientAgreesWithFiniteDifferences(int bits, boolean symmetric) {
        NDArray x = gaussian(128 * 800, 800, 128);
        NDArray logit = Tensors.floats(manager, new float[] {0f}, 1, 1);
        kernels.requireGradient(logit);
        NDArray clip = kernels.callWithGradient("quant_sigmoid", logit);
        NDArray fake = kernels.callWithGradient("quant_fake", x, clip, clip, bits, symmetric, 0, false);
        NDArray loss = kernels.callWithGradient("quant_squared_error", fake, x);
        kernels.backward(loss);
        double step = 0.05;
        double difference = (loss(x, step, bits, symmetric) - loss(x, -step, bits, symmetric)) / (2 * step);
        assertThat((double) kernels.gradient(logit).toFloatArray()[0])
                .isCloseTo(difference, within(0.1 * Math.abs(difference)));
    }

    /** A zero point outside the codes would throw such a group to one end of its range. */
    @ParameterizedTest
    @CsvSource({"5", "-5"})
    void asymmetricGroupsOfOneSignKeepTheirValues(float centre) {
        NDArray x = gaussian(4 * 128, 4, 128)
                .mul(runtime.manager().create(0.2f))
                .add(runtime.manager().create(centre));
        NDArray fake = fake(x, Format.integer(4, false, G128), full);
        double step = x.abs().max().getFloat() / 15;
        assertThat((double) x.sub(fake).abs().max().getFloat()).isLessThanOrEqualTo(step * 0.5001);
    }

    @Test
    void deadGroupsBecomeZeroAndStayFinite() {
        NDArray x = manager.zeros(new ai.djl.ndarray.types.Shape(2, 128));
        for (boolean symmetric : new boolean[] {true, false}) {
            assertThat(fake(x, Format.integer(3, symmetric, G128), full).toFloatArray())
                    .containsOnly(0f);
        }
    }

    /** A short last group has the scale, codes and clip factor of its own elements: as if it stood alone. */
    @ParameterizedTest
    @CsvSource({"3, true", "4, true", "8, true", "3, false", "4, false", "8, false"})
    void aShortLastGroupIsQuantizedByItself(int bits, boolean symmetric) {
        NDArray x = gaussian(5 * 576, 5, 576).add(runtime.manager().create(0.7f));
        NDArray whole = x.get(":, :512").duplicate();
        NDArray rest = x.get(":, 512:").duplicate();
        double[] candidates = {1, 0.9, 0.8, 0.7, 0.6, 0.5};
        NDArray clip = kernels.call("quant_clip_grid", x, candidates, bits, symmetric, 128);
        NDArray restClip = kernels.call("quant_clip_grid", rest, candidates, bits, symmetric, 0);
        assertThat(clip.getShape()).isEqualTo(new ai.djl.ndarray.types.Shape(5, 5));
        assertThat(clip.get(":, 4:").duplicate().toFloatArray()).isEqualTo(restClip.toFloatArray());
        NDArray wholeClip = clip.get(":, :4").duplicate();

        NDArray fake = kernels.call("quant_fake", x, clip, clip, bits, symmetric, 128, true);
        NDArray expected = kernels.call("quant_fake", whole, wholeClip, wholeClip, bits, symmetric, 128, true)
                .concat(kernels.call("quant_fake", rest, restClip, restClip, bits, symmetric, 0, true), 1);
        assertThat(fake.toFloatArray()).isEqualTo(expected.toFloatArray());

        NDArray[] codes = kernels.callMany("quant_codes", x, clip, clip, bits, symmetric, 128, true);
        assertThat(codes[0].getShape()).isEqualTo(x.getShape());
        assertThat(kernels.call("quant_dequantize", codes[0], codes[1], codes[2], 128)
                        .toFloatArray())
                .isEqualTo(fake.toFloatArray());
    }

    /** Gradients of inputs and clip factors are those of the parts as well. */
    @ParameterizedTest
    @CsvSource({"3, true", "3, false"})
    void gradientsOfAShortLastGroupAreItsOwn(int bits, boolean symmetric) {
        NDArray x = gaussian(4 * 192, 4, 192);
        NDArray rest = x.get(":, 128:").duplicate();
        NDArray clip = Tensors.floats(manager, new float[] {0.9f, 0.6f}, 1, 2);
        NDArray restClip = Tensors.floats(manager, new float[] {0.6f}, 1, 1);
        for (NDArray leaf : new NDArray[] {x, rest, clip, restClip}) {
            kernels.requireGradient(leaf);
        }
        NDArray fake = kernels.callWithGradient("quant_fake", x, clip, clip, bits, symmetric, 128, false);
        NDArray restFake = kernels.callWithGradient("quant_fake", rest, restClip, restClip, bits, symmetric, 0, false);
        NDArray direction = gaussian(4 * 191, 4, 191).concat(gaussian(4, 4, 1), 1);
        kernels.backward(fake, direction);
        kernels.backward(restFake, direction.get(":, 128:").duplicate());
        assertThat(kernels.gradient(x).get(":, 128:").duplicate().toFloatArray())
                .containsExactly(kernels.gradient(rest).toFloatArray(), within(1e-6f));
        assertThat(kernels.gradient(clip).toFloatArray()[1])
                .isCloseTo(kernels.gradient(restClip).toFloatArray()[0], within(1e-4f));
    }

    private double loss(NDArray x, double logit, int bits, boolean symmetric) {
        NDArray clip = Tensors.floats(manager, new float[] {(float) (1 / (1 + Math.exp(-logit)))}, 1, 1);
        NDArray fake = kernels.call("quant_fake", x, clip, clip, bits, symmetric, 0, false);
        return kernels.call("quant_squared_error", fake, x).toFloatArray()[0];
    }

    private NDArray gaussian(int count, int rows, int columns) {
        Random random = new Random(count);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensors.floats(manager, values, rows, columns);
    }

    private static String shown(byte[] codes, int offset) {
        StringBuilder text = new StringBuilder();
        for (byte code : codes) {
            text.append((code & 0xFF) - offset).append(' ');
        }
        return text.toString().strip();
    }

    private NDArray fake(NDArray x, Format format, NDArray clip) {
        return QuantKernels.fake(kernels, x, format, clip, clip, false);
    }
}
