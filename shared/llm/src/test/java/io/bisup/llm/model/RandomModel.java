package io.bisup.llm.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.config.RopeScaling;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/** Small models with seeded random weights, in any precision. */
public final class RandomModel {
    private RandomModel() {}

    /** Hidden 64, four query and two key-value heads of 16, feed-forward 128, vocabulary 97. */
    public static DecoderConfig config(Architecture architecture, int layers) {
        return new DecoderConfig(
                architecture,
                64,
                layers,
                4,
                2,
                16,
                128,
                97,
                1e-6,
                10_000,
                new RopeScaling.Default(),
                false,
                architecture.attentionBias(),
                architecture.queryKeyNorm(),
                256,
                1,
                2);
    }

    /** A source of Gaussian weights of variance 1/in, norms near one and small biases, equal for equal names. */
    public static Function<String, NDArray> source(TensorRuntime runtime, DecoderConfig config, DataType type) {
        return name -> {
            long[] shape = ModelTensors.expected(config).get(name).stream()
                    .mapToLong(Long::longValue)
                    .toArray();
            return Tensors.reals(runtime.manager(), type, values(name, shape), shape);
        };
    }

    private static double[] values(String name, long[] shape) {
        Random random = new Random(name.hashCode());
        boolean vector = shape.length == 1;
        double mean = vector && name.contains("norm") ? 1 : 0;
        double deviation = vector || name.equals(ModelTensors.EMBEDDING) ? 0.3 : 1 / Math.sqrt((double) shape[1]);
        double[] values = new double[(int) (vector ? shape[0] : shape[0] * shape[1])];
        for (int i = 0; i < values.length; i++) {
            values[i] = mean + deviation * random.nextGaussian();
        }
        return values;
    }

    /** Token ids in the vocabulary of {@link #config}. */
    public static long[] ids(int count) {
        return new Random(11).longs(count, 0, 97).toArray();
    }

    /** The resident model of {@link #source}. */
    public static LanguageModel open(TensorRuntime runtime, DecoderConfig config, DataType type) {
        return LanguageModel.resident(runtime, config, source(runtime, config, type));
    }

    /** One block of {@link #source}. */
    public static DecoderBlock block(TensorRuntime runtime, DecoderConfig config, int layer, DataType type) {
        DecoderBlockWeights weights = DecoderBlockWeights.load(config, layer, source(runtime, config, type));
        return DecoderBlock.fullPrecision(config, layer, weights, runtime.lowPrecision());
    }

    /** The same model behind the keys and values of a prefix. */
    public static LanguageModel behind(
            TensorRuntime runtime, DecoderConfig config, DataType type, List<KeyValues> prefix) {
        Function<String, NDArray> source = source(runtime, config, type);
        BlockSource blocks = BlockSource.streamed(layer -> block(runtime, config, layer, type));
        return new LanguageModel(runtime, config, ModelEnds.load(config, source), blocks, prefix);
    }
}
