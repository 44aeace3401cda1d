package io.bisup.llm.quant;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.TensorFormat;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.model.AttentionContext;
import io.bisup.llm.model.DecoderBlockWeights;
import io.bisup.llm.model.RandomModel;
import io.bisup.llm.model.RotaryEmbedding;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.tensor.TestDevice;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The block kernels on random blocks of every architecture: folds, neutral start, 16 bits. */
class BlockKernelsTest {
    private static final int TIME = 24;
    private static final double LOG_BOUND = Math.log(4);
    private static final BlockFormats W3A3 = new BlockFormats(
            new TensorFormat(3, true, "32"), new TensorFormat(3, true, "32"), new TensorFormat(3, false, "head"));

    private final TensorRuntime runtime = TestDevice.runtime();
    private final NDScope scope = new NDScope();
    private final NDArray empty = runtime.manager().create(new Shape(0));

    @AfterEach
    void closeScope() {
        scope.close();
    }

    /** S1: each of the five folds alone leaves the block's output unchanged, and does change the weights. */
    @ParameterizedTest
    @CsvSource({
        "LLAMA, 0",
        "LLAMA, 1",
        "LLAMA, 2",
        "LLAMA, 3",
        "LLAMA, 4",
        "QWEN2, 0",
        "QWEN2, 1",
        "QWEN2, 4",
        "QWEN3, 1",
        "QWEN3, 3",
        "QWEN3, 4"
    })
    void smoothingFoldsLeaveTheFunctionUnchanged(Architecture architecture, int place) {
        DecoderConfig config = RandomModel.config(architecture, 1);
        NDArray[] weights = weights(config, DataType.FLOAT64);
        NDArray[] start = empties(5);
        NDArray[] theta = empties(5);
        start[place] = random(DataType.FLOAT64, 0.3, 3, shapes(config)[place]);
        theta[place] = random(DataType.FLOAT64, -1, 1, shapes(config)[place]);
        NDArray[] folded = fold(config, weights, theta, start);
        NDArray x = random(DataType.FLOAT64, -2, 2, 1, TIME, config.hiddenSize());
        NDArray expected = forward(config, x, weights, BlockFormats.NONE, empties(7), empties(7));
        NDArray actual = forward(config, x, folded, BlockFormats.NONE, empties(7), empties(7));
        assertThat(distance(actual, expected)).isLessThan(1e-10);
        assertThat(changed(weights, folded)).isTrue();
    }

    /** A wrong fold must be seen: factors of the o input that the value rows do not divide by. */
    @Test
    void aFoldOnOneSideOnlyIsDetected() {
        DecoderConfig config = RandomModel.config(Architecture.LLAMA, 1);
        NDArray[] weights = weights(config, DataType.FLOAT64);
        NDArray[] start = empties(5);
        NDArray[] theta = empties(5);
        start[1] = random(DataType.FLOAT64, 0.3, 3, shapes(config)[1]);
        theta[1] = start[1].zerosLike();
        NDArray[] half = fold(config, weights, theta, start);
        half[3] = weights[3];
        NDArray x = random(DataType.FLOAT64, -2, 2, 1, TIME, config.hiddenSize());
        NDArray expected = forward(config, x, weights, BlockFormats.NONE, empties(7), empties(7));
        NDArray actual = forward(config, x, half, BlockFormats.NONE, empties(7), empties(7));
        assertThat(distance(actual, expected)).isGreaterThan(1e-2);
    }

    /** B2: with quantizers as identities and arbitrary smoothing the block is the full-precision one. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void sixteenBitsIsTheFullPrecisionBlock(Architecture architecture) {
        DecoderConfig config = RandomModel.config(architecture, 1);
        NDArray[] weights = weights(config, DataType.FLOAT32);
        NDArray[] start = empties(5);
        NDArray[] theta = empties(5);
        for (int place = 0; place < 5; place++) {
            start[place] = random(DataType.FLOAT32, 0.5, 2, shapes(config)[place]);
            theta[place] = random(DataType.FLOAT32, -1, 1, shapes(config)[place]);
        }
        NDArray x = random(DataType.FLOAT32, -2, 2, 1, TIME, config.hiddenSize());
        NDArray expected = RandomModel.block(runtime, config, 0, DataType.FLOAT32)
                .forward(
                        runtime.kernels(),
                        x,
                        new RotaryEmbedding(runtime, config, DataType.FLOAT32),
                        AttentionContext.EMPTY);
        NDArray neutral = forward(config, x, weights, BlockFormats.NONE, empties(7), empties(7));
        assertThat(neutral.toFloatArray()).containsExactly(expected.toFloatArray());
        NDArray smoothed =
                forward(config, x, fold(config, weights, theta, start), BlockFormats.NONE, empties(7), empties(7));
        assertThat(distance(smoothed, expected)).isLessThan(1e-4);
    }

    /** B1: s = 1, A B = 0 and no clipping give bit for bit what rounding to nearest gives. */
    @Test
    void theNeutralStartIsRoundingToNearest() {
        DecoderConfig config = RandomModel.config(Architecture.QWEN2, 1);
        NDArray[] weights = weights(config, DataType.FLOAT32);
        NDArray[] start = new NDArray[5];
        NDArray[] theta = new NDArray[5];
        for (int place = 0; place < 5; place++) {
            start[place] = runtime.manager().ones(new Shape(shapes(config)[place]));
            theta[place] = start[place].zerosLike();
        }
        NDArray[] a = new NDArray[7];
        NDArray[] b = new NDArray[7];
        for (int i = 0; i < 7; i++) {
            Shape shape = weights[KernelOrder.indexOf(KernelOrder.LINEARS.get(i))].getShape();
            a[i] = runtime.manager().zeros(new Shape(shape.get(0), 4));
            b[i] = random(DataType.FLOAT32, -1, 1, 4, shape.get(1));
        }
        NDArray x = random(DataType.FLOAT32, -2, 2, 1, TIME, config.hiddenSize());
        NDArray nearest =
                forward(config, x, hat(config, weights, empties(5), empties(5)), W3A3, empties(7), empties(7));
        NDArray neutral = forward(config, x, hat(config, weights, theta, start), W3A3, a, b);
        assertThat(neutral.toFloatArray()).containsExactly(nearest.toFloatArray());
        assertThat(distance(nearest, forward(config, x, weights, BlockFormats.NONE, empties(7), empties(7))))
                .isGreaterThan(1e-2);
    }

    private NDArray[] hat(DecoderConfig config, NDArray[] weights, NDArray[] theta, NDArray[] start) {
        return runtime.kernels()
                .callMany(
                        "ql_weights",
                        weights,
                        theta,
                        start,
                        LOG_BOUND,
                        empties(7),
                        empties(7),
                        dims(config),
                        W3A3.spec());
    }

    private NDArray[] fold(DecoderConfig config, NDArray[] weights, NDArray[] theta, NDArray[] start) {
        return runtime.kernels().callMany("ql_smooth_fold", weights, theta, start, LOG_BOUND, dims(config));
    }

    private NDArray forward(
            DecoderConfig config, NDArray x, NDArray[] weights, BlockFormats formats, NDArray[] a, NDArray[] b) {
        RotaryEmbedding.Angles angles = new RotaryEmbedding(runtime, config, x.getDataType()).angles(0, TIME);
        return runtime.kernels()
                .callMany(
                        "qb_forward",
                        x,
                        weights,
                        empties(4),
                        empties(2),
                        a,
                        b,
                        angles.cosines(),
                        angles.sines(),
                        empty,
                        empty,
                        dims(config),
                        formats.spec(),
                        config.rmsNormEpsilon(),
                        runtime.lowPrecision())[0];
    }

    /** Of the smoothing factors, in the kernels' order. */
    private static long[][] shapes(DecoderConfig config) {
        return new long[][] {
            {config.hiddenSize()},
            {config.keyValueWidth()},
            {config.hiddenSize()},
            {config.intermediateSize()},
            {config.queryKeyNorm() ? 1 : config.keyValueHeads(), config.headDim() / 2}
        };
    }

    private static long[] dims(DecoderConfig config) {
        return new long[] {config.attentionHeads(), config.keyValueHeads()};
    }

    private NDArray[] weights(DecoderConfig config, DataType type) {
        return KernelOrder.of(DecoderBlockWeights.load(config, 0, RandomModel.source(runtime, config, type)), empty);
    }

    private NDArray[] empties(int count) {
        NDArray[] all = new NDArray[count];
        Arrays.fill(all, empty);
        return all;
    }

    private NDArray random(DataType type, double low, double high, long... shape) {
        int count = (int) new Shape(shape).size();
        double[] values = new Random(Arrays.hashCode(shape) + (long) (10 * high))
                .doubles(count, low, high)
                .toArray();
        return Tensors.reals(runtime.manager(), type, values, shape);
    }

    private static boolean changed(NDArray[] before, NDArray[] after) {
        boolean changed = false;
        for (int i = 0; i < before.length; i++) {
            changed |= before[i].size() > 0 && distance(before[i], after[i]) > 1e-2;
        }
        return changed;
    }

    private static double distance(NDArray a, NDArray b) {
        return ((Number) a.sub(b).abs().max().toArray()[0]).doubleValue();
    }
}
