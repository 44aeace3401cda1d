package io.bisup.quantize;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.Presets;
import io.bisup.contract.recipe.CacheFormat;
import io.bisup.contract.recipe.Calibration;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Keepers;
import io.bisup.contract.recipe.Learning;
import io.bisup.contract.recipe.LowRank;
import io.bisup.contract.recipe.Precision;
import io.bisup.contract.recipe.Prefix;
import io.bisup.contract.recipe.Range;
import io.bisup.contract.recipe.Ranges;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Rounding;
import io.bisup.contract.recipe.Scope;
import io.bisup.contract.recipe.Site;
import io.bisup.contract.recipe.Transform;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.config.RopeScaling;
import io.bisup.llm.plan.Planner;
import io.bisup.llm.tensor.ComputeDevice;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.quantize.export.EndsType;
import io.bisup.quantize.run.QuantizationInput;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Small models with seeded random weights, recipes for them, and the tensor runtime of the test process. */
public final class TinyModels {

    /** Opened once: engines are one per process. */
    public static final TensorRuntime RUNTIME =
            TensorRuntime.open(ComputeDevice.parse(System.getProperty("bisup.device", "cpu")));

    /** Smoothing of all inputs from SmoothQuant's start. */
    public static final Transform.Smooth SMOOTH = new Transform.Smooth(
            Set.of(Site.QKV, Site.O, Site.GATE_UP, Site.DOWN),
            Transform.Smooth.Start.SMOOTHQUANT,
            0.5,
            4,
            Transform.Smooth.Form.BOUNDED,
            false);

    public static final Ranges SEARCHED =
            new Ranges(new Range.Searched(2), new Range.Searched(2), new Range.Searched(2));

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

    /** Rounding to nearest with groups of 32: weights, inputs and cache at so many bits, the cache after RoPE. */
    public static Recipe nearest(int bits) {
        Format head = Format.integer(bits, false, new Scope.Head());
        return recipe(
                List.of(),
                new Precision(
                        Format.integer(bits, true, Scope.columns(32)),
                        Format.integer(bits, true, Scope.columns(32)),
                        new CacheFormat(
                                head,
                                head,
                                CacheFormat.Place.AFTER_ROPE,
                                CacheFormat.Offset.NONE,
                                CacheFormat.Toggle.OFF),
                        null,
                        Map.of()),
                Ranges.FULL,
                new Rounding.Nearest(),
                null,
                null);
    }

    /** A recipe without a prefix that reads eight windows of 32 tokens. */
    public static Recipe recipe(
            List<Transform> transforms,
            Precision precision,
            Ranges ranges,
            Rounding rounding,
            @Nullable LowRank compensation,
            @Nullable Learning learning) {
        return new Recipe(
                Recipe.VERSION,
                "tiny",
                transforms,
                precision,
                ranges,
                rounding,
                compensation,
                learning,
                new Prefix.None(),
                new Calibration(8, 32, 0));
    }

    /** Everything BiSup has, at so many bits. */
    public static Recipe bisup(int bits) {
        Recipe base = nearest(bits);
        return recipe(
                List.of(SMOOTH),
                base.precision(),
                SEARCHED,
                new Rounding.Nearest(),
                new LowRank(4, 1, LowRank.Start.WHITENED_SVD, LowRank.Reads.EXACT, 0),
                learning(Learning.Space.RANGES, Learning.Space.TRANSFORMS, Learning.Space.LOW_RANK));
    }

    /** Three epochs over what is named, two samples held out. */
    public static Learning learning(Learning.Space... of) {
        return new Learning(Set.of(of), 3, 0.005, 0.0005, 2, Learning.Objective.MSE);
    }

    /** A shipped preset, cut down to eight windows of 32 tokens, groups of 32 and keepers of 16. */
    public static Recipe preset(String name) {
        Recipe preset = Presets.load().get(name);
        Precision p = preset.precision();
        return new Recipe(
                preset.version(),
                preset.name(),
                preset.transforms(),
                new Precision(
                        small(p.weights()),
                        small(p.inputs()),
                        p.cache(),
                        p.keepers() == null ? null : new Keepers(16, p.keepers().bits()),
                        p.overrides()),
                preset.ranges(),
                preset.rounding(),
                preset.compensation() == null
                        ? null
                        : new LowRank(
                                4,
                                preset.compensation().energy(),
                                preset.compensation().start(),
                                preset.compensation().reads(),
                                Math.min(4, preset.compensation().outliers())),
                preset.learning() == null
                        ? null
                        : new Learning(
                                preset.learning().of(),
                                2,
                                0.005,
                                0.0005,
                                2,
                                preset.learning().objective()),
                new Prefix.None(),
                new Calibration(8, 32, 0));
    }

    private static Format small(Format format) {
        return format.scope() instanceof Scope.Channels channels
                ? Format.integer(format.bits(), format.symmetric(), new Scope.Channels(32, channels.rows()))
                : format;
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
                name -> parameter(config, name),
                Planner.require(recipe, config),
                windows,
                random.longs(prefix, 0, VOCABULARY).boxed().toList(),
                EndsType.FLOAT32);
    }
}
