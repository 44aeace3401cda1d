package io.bisup.quantize;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.recipe.CacheFormat;
import io.bisup.contract.recipe.Calibration;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Learning;
import io.bisup.contract.recipe.LowRank;
import io.bisup.contract.recipe.Precision;
import io.bisup.contract.recipe.Prefix;
import io.bisup.contract.recipe.Range;
import io.bisup.contract.recipe.Ranges;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Rounding;
import io.bisup.contract.recipe.Scope;
import io.bisup.contract.recipe.Transform;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.config.RopeScaling;
import io.bisup.llm.tensor.ComputeDevice;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.quantize.run.QuantizationInput;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/** Small models with seeded random weights, recipes for them, and the tensor runtime of the test process. */
public final class TinyModels {

    /** Opened once: engines are one per process. */
    public static final TensorRuntime RUNTIME =
            TensorRuntime.open(ComputeDevice.parse(System.getProperty("bisup.device", "cpu")));

    private static final Transform.Smooth SMOOTH = new Transform.Smooth(
            Transform.Smooth.INPUTS, Transform.Smooth.Start.SMOOTHQUANT, 0.5, 4, Transform.Smooth.Form.BOUNDED, false);

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

    /** A W3A3KV3 recipe with groups of 32; what is named is learnt, with the start that BiSup gives it. */
    public static Recipe recipe(Learning.Space... learnt) {
        return recipe(3, learnt);
    }

    /** The same with any bits. */
    public static Recipe recipe(int bits, Learning.Space... learnt) {
        Set<Learning.Space> of = Set.of(learnt);
        Format linear = Format.integer(bits, true, Scope.columns(32));
        Format cache = Format.integer(bits, false, new Scope.Head());
        Range searched = new Range.Searched(2);
        return new Recipe(
                Recipe.VERSION,
                "tiny",
                of.contains(Learning.Space.TRANSFORMS) ? List.of(SMOOTH) : List.of(),
                new Precision(
                        linear,
                        linear,
                        new CacheFormat(
                                cache,
                                cache,
                                CacheFormat.Place.AFTER_ROPE,
                                CacheFormat.Offset.NONE,
                                CacheFormat.Toggle.OFF),
                        null,
                        Map.of()),
                of.contains(Learning.Space.RANGES) ? new Ranges(searched, searched, searched) : Ranges.FULL,
                new Rounding.Nearest(),
                of.contains(Learning.Space.LOW_RANK)
                        ? new LowRank(4, 1, LowRank.Start.WHITENED_SVD, LowRank.Reads.EXACT, 0)
                        : null,
                of.isEmpty() ? null : new Learning(of, 3, 0.005, 0.0005, 2, Learning.Objective.MSE),
                new Prefix.None(),
                new Calibration(8, 32, 0));
    }

    /** Everything BiSup has. */
    public static Recipe bisup() {
        return recipe(Learning.Space.RANGES, Learning.Space.TRANSFORMS, Learning.Space.LOW_RANK);
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
