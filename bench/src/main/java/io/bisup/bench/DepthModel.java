package io.bisup.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.Recipe;
import io.bisup.contract.TensorFormat;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.config.RopeScaling;
import io.bisup.llm.tensor.Tensors;
import io.bisup.worker.pipeline.QuantizationInput;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A Llama of any depth with seeded weights that are made when they are asked for, and a BiSup W3A3 job on it.
 *
 * @param hidden width; the MLP is 2.75 times as wide
 */
record DepthModel(int blocks, int hidden, int tokens, int samples) {
    private static final int VOCABULARY = 512;
    private static final int GROUP = 128;
    private static final int HEAD = 64;
    private static final double MLP_RATIO = 2.75;

    DecoderConfig config() {
        return new DecoderConfig(
                Architecture.LLAMA,
                hidden,
                blocks,
                hidden / HEAD,
                hidden / HEAD,
                HEAD,
                (int) Math.ceil(hidden * MLP_RATIO / GROUP) * GROUP,
                VOCABULARY,
                1e-5,
                10_000,
                new RopeScaling.Default(),
                false,
                false,
                false,
                tokens,
                1,
                2);
    }

    QuantizationInput job(NDManager manager) {
        Random random = new Random(1);
        List<long[]> windows = IntStream.range(0, samples)
                .mapToObj(i -> random.longs(tokens, 0, VOCABULARY).toArray())
                .toList();
        return new QuantizationInput(config(), name -> parameter(manager, name), recipe(), windows, List.of());
    }

    private Recipe recipe() {
        String group = String.valueOf(GROUP);
        return new Recipe(
                "memory",
                Recipe.Base.NONE,
                new TensorFormat(3, false, group),
                new TensorFormat(3, true, group),
                new TensorFormat(4, false, "head"),
                new Recipe.Clipping(true, true, true),
                new Recipe.Smoothing(0.5, 4),
                new Recipe.LowRank(16, Recipe.LowRank.Start.WHITENED_SVD, 0.0005),
                Recipe.Prefix.NONE,
                new Recipe.Training(1, 0.005, 1),
                new Recipe.Calibration(samples, tokens, 0));
    }

    private NDArray parameter(NDManager manager, String name) {
        long[] shape = Objects.requireNonNull(ModelTensors.expected(config()).get(name), name).stream()
                .mapToLong(Long::longValue)
                .toArray();
        Random random = new Random(name.hashCode());
        double mean = name.contains("norm") ? 1 : 0;
        double deviation = shape.length == 1 ? 0.1 : 1 / Math.sqrt((double) shape[1]);
        float[] values = new float[Math.toIntExact(LongStream.of(shape).reduce(1, Math::multiplyExact))];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (mean + deviation * random.nextGaussian());
        }
        NDArray array = Tensors.floats(manager, values, shape);
        NDScope.unregister(array);
        return array;
    }
}
