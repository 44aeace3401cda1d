package io.bisup.llm.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.model.RandomModel;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.tensor.TestDevice;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DecoderBlockTest {
    private static final int TIME = 6;
    private static final double STEP = 1e-6;
    private final TensorRuntime runtime = TestDevice.runtime();
    private final Kernels kernels = runtime.kernels();
    private final NDScope scope = new NDScope();

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private NDArray hidden(DecoderConfig config, DataType type) {
        double[] values =
                new Random(3).doubles((long) TIME * config.hiddenSize(), -1, 1).toArray();
        return Tensors.reals(runtime.manager(), type, values, 1, TIME, config.hiddenSize());
    }

    /** Sum of half the squares of the block's output, with one element of one parameter moved. */
    private double loss(DecoderConfig config, BlockTensor tensor, int element, double shift) {
        try (NDScope inner = new NDScope();
                RotaryEmbedding rotary = new RotaryEmbedding(runtime, config, DataType.FLOAT64)) {
            inner.suppressNotUsedWarning();
            Map<BlockTensor, NDArray> tensors =
                    new EnumMap<>(weights(config, DataType.FLOAT64).tensors());
            NDArray original = tensors.get(tensor);
            double[] values = original.toDoubleArray();
            values[element] += shift;
            NDArray moved = Tensors.doubles(
                    runtime.manager(), values, original.getShape().getShape());
            tensors.put(tensor, moved);
            try (DecoderBlock block = DecoderBlock.fullPrecision(config, 0, new DecoderBlockWeights(tensors), false)) {
                NDArray out = block.forward(kernels, hidden(config, DataType.FLOAT64), rotary, AttentionContext.EMPTY);
                double sum = 0;
                for (double value : out.toDoubleArray()) {
                    sum += value * value / 2;
                }
                return sum;
            }
        }
    }

    private DecoderBlockWeights weights(DecoderConfig config, DataType type) {
        return DecoderBlockWeights.load(config, 0, RandomModel.source(runtime, config, type));
    }

    @ParameterizedTest
    @EnumSource
    void gradientsOfEveryParameterAgreeWithFiniteDifferences(Architecture architecture) {
        DecoderConfig config = RandomModel.config(architecture, 1);
        DecoderBlockWeights weights = weights(config, DataType.FLOAT64);
        weights.tensors().values().forEach(kernels::requireGradient);
        try (RotaryEmbedding rotary = new RotaryEmbedding(runtime, config, DataType.FLOAT64);
                DecoderBlock block = DecoderBlock.fullPrecision(config, 0, weights, false)) {
            NDArray output = block.forward(
                    kernels.recording(), hidden(config, DataType.FLOAT64), rotary, AttentionContext.EMPTY);
            kernels.backward(output, output);
            for (BlockTensor tensor : BlockTensor.of(config)) {
                int element = 5;
                double gradient = kernels.gradient(weights.get(tensor)).toDoubleArray()[element];
                double difference = loss(config, tensor, element, STEP) - loss(config, tensor, element, -STEP);
                assertThat(difference / (2 * STEP))
                        .as(tensor.suffix())
                        .isCloseTo(gradient, within(1e-6 * Math.max(1, Math.abs(gradient))));
            }
        }
    }

    /** What a GPU computes with, run on whatever device is at hand: near the exact result, but not equal to it. */
    @Test
    void productsInBfloat16StayNearTheExactOnes() {
        DecoderConfig config = RandomModel.config(Architecture.QWEN3, 1);
        try (RotaryEmbedding rotary = new RotaryEmbedding(runtime, config, DataType.FLOAT32);
                DecoderBlock exact = DecoderBlock.fullPrecision(config, 0, weights(config, DataType.FLOAT32), false);
                DecoderBlock low = DecoderBlock.fullPrecision(config, 0, weights(config, DataType.FLOAT32), true)) {
            NDArray hidden = hidden(config, DataType.FLOAT32);
            float[] want = exact.forward(kernels, hidden, rotary, AttentionContext.EMPTY)
                    .toFloatArray();
            float[] have =
                    low.forward(kernels, hidden, rotary, AttentionContext.EMPTY).toFloatArray();
            double error = 0;
            double size = 0;
            for (int i = 0; i < want.length; i++) {
                error += Math.pow(have[i] - want[i], 2);
                size += Math.pow(want[i], 2);
            }
            assertThat(Math.sqrt(error / size)).isBetween(1e-5, 1e-2);
        }
    }

    /** What is asked for alone is what the whole block's linears read. */
    @ParameterizedTest
    @EnumSource
    void anInputAloneIsThatOfTheWholeBlock(Architecture architecture) {
        DecoderConfig config = RandomModel.config(architecture, 1);
        try (RotaryEmbedding rotary = new RotaryEmbedding(runtime, config, DataType.FLOAT32);
                DecoderBlock block = DecoderBlock.fullPrecision(config, 0, weights(config, DataType.FLOAT32), false)) {
            NDArray hidden = hidden(config, DataType.FLOAT32);
            RotaryEmbedding.Angles angles = AttentionContext.EMPTY.angles(rotary, TIME);
            Map<Site, NDArray> seen = new EnumMap<>(Site.class);
            block.run(kernels, hidden, angles, AttentionContext.EMPTY, new BlockObserver() {
                @Override
                public void input(Site site, InputPath.Read read) {
                    seen.put(site, read.exact());
                }
            });
            assertThat(seen).containsOnlyKeys(BlockSites.INPUTS);
            seen.forEach(
                    (site, expected) -> assertThat(block.input(site, kernels, hidden, angles, AttentionContext.EMPTY)
                                    .exact()
                                    .toFloatArray())
                            .as("%s", site)
                            .isEqualTo(expected.toFloatArray()));
            assertThatThrownBy(() -> block.input(Site.QUERY_KEY, kernels, hidden, angles, AttentionContext.EMPTY))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
