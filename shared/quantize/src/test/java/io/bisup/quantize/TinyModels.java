package io.bisup.quantize;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.Recipe;
import io.bisup.contract.TensorFormat;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.config.RopeScaling;
import io.bisup.llm.tensor.ComputeDevice;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.quantize.run.QuantizationInput;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Small models with seeded random weights, recipes for them, and the tensor runtime of the test process. */
public final class TinyModels {

    /** Opened once: engines are one per process. */
    public static final TensorRuntime RUNTIME =
            TensorRuntime.open(ComputeDevice.parse(System.getProperty("bisup.device", "cpu")));

    public static final Recipe.Training TRAINING = new Recipe.Training(3, 0.005, 2);

    private static final int VOCABULARY = 97;
    private static final int OUTLIERS = 3;

    private TinyModels() {}

    /** Hidden 64, four query and two key-value heads of 16, feed-forward 128. */
    public static DecoderConfig config(Architecture architecture, int layers) {
        return new DecoderConfig(
                architecture,
                64,
                layers,
                4,
                2,
                16,
                128,
                VOCABULARY,
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

    /**
     * A parameter of a random model: Gaussian weights, and outliers planted in three channels of each norm that the
     * columns reading them take back, so that the function is that of a model without outliers.
     */
    public static NDArray parameter(DecoderConfig config, String name) {
        long[] shape = ModelTensors.expected(config).get(name).stream()
                .mapToLong(Long::longValue)
                .toArray();
        Random random = new Random(name.hashCode());
        boolean norm = name.contains("norm");
        double deviation =
                shape.length == 1 ? 0.1 : name.equals(ModelTensors.EMBEDDING) ? 1 : 1 / Math.sqrt((double) shape[1]);
        float[] values = new float
                [(int) IntStream.range(0, shape.length).mapToLong(i -> shape[i]).reduce(1, Math::multiplyExact)];
        boolean reads = name.matches(".*(q_proj|k_proj|v_proj|gate_proj|up_proj).weight");
        for (int i = 0; i < values.length; i++) {
            double planted = norm && i < OUTLIERS ? 20 : reads && i % shape[1] < OUTLIERS ? 1.0 / 20 : 1;
            values[i] = (float) (((norm ? 1 : 0) + deviation * random.nextGaussian()) * planted);
        }
        NDArray array = Tensors.floats(RUNTIME.manager(), values, shape);
        NDScope.unregister(array);
        return array;
    }

    /** A W3A3KV3 recipe with groups of 32; a null stage is off. */
    public static Recipe recipe(
            Recipe.@Nullable Clipping clipping,
            Recipe.@Nullable Smoothing smoothing,
            Recipe.@Nullable LowRank lowRank) {
        boolean learns = clipping != null || smoothing != null || lowRank != null;
        return recipe(3, clipping, smoothing, lowRank, learns ? TRAINING : null);
    }

    /** The same with any bits and training. */
    public static Recipe recipe(
            int bits,
            Recipe.@Nullable Clipping clipping,
            Recipe.@Nullable Smoothing smoothing,
            Recipe.@Nullable LowRank lowRank,
            Recipe.@Nullable Training training) {
        return new Recipe(
                "tiny",
                Recipe.Base.NONE,
                new TensorFormat(bits, true, "32"),
                new TensorFormat(bits, true, "32"),
                new TensorFormat(bits, false, "head"),
                clipping,
                smoothing,
                lowRank,
                Recipe.Prefix.NONE,
                training,
                new Recipe.Calibration(8, 32, 0));
    }

    /** Everything BiSup has. */
    public static Recipe bisup() {
        return recipe(
                new Recipe.Clipping(true, true, true),
                new Recipe.Smoothing(0.5, 4),
                new Recipe.LowRank(4, Recipe.LowRank.Start.WHITENED_SVD, 0.0005));
    }

    /** Eight windows of 32 tokens and a prefix of that length. */
    public static QuantizationInput input(DecoderConfig config, Recipe recipe, int prefix) {
        return input(config, recipe, prefix, 8, 32);
    }

    /** So many windows of that many tokens. */
    public static QuantizationInput input(DecoderConfig config, Recipe recipe, int prefix, int samples, int length) {
        Random random = new Random(5);
        List<long[]> windows = IntStream.range(0, samples)
                .mapToObj(i -> random.longs(length, 0, VOCABULARY).toArray())
                .toList();
        return new QuantizationInput(
                config,
                name -> parameter(config, name),
                recipe,
                windows,
                random.longs(prefix, 0, VOCABULARY).boxed().toList());
    }
}
