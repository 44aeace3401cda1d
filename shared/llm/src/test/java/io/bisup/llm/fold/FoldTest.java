package io.bisup.llm.fold;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.AttentionContext;
import io.bisup.llm.block.BlockNorms;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.block.CachePath;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.block.InputPath;
import io.bisup.llm.block.Linear;
import io.bisup.llm.block.RotaryEmbedding;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.model.RandomModel;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.tensor.TestDevice;
import io.bisup.llm.transform.ChannelMap;
import io.bisup.llm.transform.Diagonal;
import io.bisup.llm.transform.Permutation;
import io.bisup.llm.transform.Rotations;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** S1, R1, R2, A1: maps and their folds leave the block's function as it is, in float64; a missing part is seen. */
class FoldTest {
    private static final int TIME = 24;
    private static final double SAME = 1e-10;
    private static final double OTHER = 1e-2;

    private final TensorRuntime runtime = TestDevice.runtime();
    private final Kernels kernels = runtime.kernels();
    private final Rotations rotations = new Rotations(runtime);
    private final NDScope scope = new NDScope();
    private final NDArray none = runtime.manager().create(new Shape(0));

    @AfterEach
    void closeScope() {
        scope.close();
    }

    /** S1: smoothing at each of the five places. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void smoothingLeavesTheFunctionUnchanged(Architecture architecture) {
        DecoderConfig config = RandomModel.config(architecture, 1);
        for (Site site : Site.values()) {
            check(config, List.of(smoothing(config, site)), SAME);
        }
    }

    /** S1: factors that only one side knows. */
    @ParameterizedTest
    @EnumSource(Site.class)
    void smoothingOfOneSideIsSeen(Site site) {
        DecoderConfig config = RandomModel.config(Architecture.QWEN2, 1);
        SiteMap whole = smoothing(config, site);
        ChannelMap identity =
                new Diagonal(runtime.manager().ones(new Shape(whole.writes().width())));
        SiteMap half = new SiteMap(site, whole.reads(), identity);
        assertThat(difference(config, List.of(half))).isGreaterThan(OTHER);
    }

    /** A1: channels reordered before every linear, folded into gate and up at down. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void reorderingLeavesTheFunctionUnchanged(Architecture architecture) {
        DecoderConfig config = RandomModel.config(architecture, 1);
        check(
                config,
                BlockSites.INPUTS.stream().map(site -> reordering(config, site)).toList(),
                SAME);
    }

    /** R1 on values and at run time, alone and after smoothing. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void rotationsInsideABlockLeaveTheFunctionUnchanged(Architecture architecture) {
        DecoderConfig config = RandomModel.config(architecture, 1);
        check(config, inside(config), SAME);
        List<SiteMap> smoothedFirst = new ArrayList<>();
        smoothedFirst.add(smoothing(config, Site.O));
        smoothedFirst.add(smoothing(config, Site.DOWN));
        smoothedFirst.addAll(inside(config));
        smoothedFirst.add(smoothing(config, Site.QKV));
        check(config, smoothedFirst, SAME);
    }

    /** R2: the value bias forgotten, or the rotation on one side only. */
    @Test
    void aPartOfARotationThatIsMissingIsSeen() {
        DecoderConfig config = RandomModel.config(Architecture.QWEN2, 1);
        DecoderBlockWeights weights = weights(config);
        NDArray x = x(config);
        NDArray expected = run(config, weights, List.of(), x);
        DecoderBlockWeights folded = Fold.into(kernels, weights, inside(config));
        for (BlockTensor forgotten :
                List.of(BlockTensor.VALUE_BIAS, BlockTensor.VALUE, BlockTensor.OUTPUT, BlockTensor.DOWN)) {
            Map<BlockTensor, NDArray> faulty = new EnumMap<>(folded.tensors());
            faulty.put(forgotten, weights.get(forgotten));
            NDArray actual = run(config, new DecoderBlockWeights(faulty), inside(config), x);
            assertThat(distance(actual, expected)).as("without %s", forgotten).isGreaterThan(OTHER);
        }
    }

    /** R1 on the residual stream: the block of the rotated stream is the rotated block. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void aRotatedResidualStreamIsTheRotatedBlock(Architecture architecture) {
        DecoderConfig config = RandomModel.config(architecture, 1);
        DecoderBlockWeights weights = weights(config);
        ChannelMap q = rotations.residual(config.hiddenSize(), 7);
        NDArray x = x(config);
        NDArray expected = q.apply(kernels, run(config, weights, List.of(), x));
        DecoderBlockWeights rotated = Fold.residual(kernels, weights, q);
        NDArray actual = run(config, rotated, List.of(), q.apply(kernels, x));
        assertThat(distance(actual, expected)).isLessThan(SAME);

        Map<BlockTensor, NDArray> unfused = new EnumMap<>(rotated.tensors());
        unfused.put(BlockTensor.INPUT_NORM, weights.get(BlockTensor.INPUT_NORM));
        assertThat(distance(run(config, new DecoderBlockWeights(unfused), List.of(), q.apply(kernels, x)), expected))
                .isGreaterThan(OTHER);
    }

    /** The cache's maps around a quantizer that changes nothing, at both places. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void offsetAndRotationOfTheCacheLeaveTheFunctionUnchanged(Architecture architecture) {
        DecoderConfig config = RandomModel.config(architecture, 1);
        DecoderBlockWeights weights = weights(config);
        NDArray x = x(config);
        NDArray expected = run(config, weights, List.of(), x);
        NDArray offset = random(-2, 2, 1, config.keyValueHeads(), 1, config.headDim());
        for (boolean before : new boolean[] {true, false}) {
            CachePath cache = new CachePath(
                    CachePath.exact(none).keys(),
                    CachePath.exact(none).values(),
                    before,
                    offset,
                    rotations.online(config.headDim(), 0),
                    none,
                    none);
            assertThat(distance(run(config, weights, List.of(), x, cache), expected))
                    .isLessThan(SAME);
        }
    }

    private void check(DecoderConfig config, List<SiteMap> maps, double most) {
        assertThat(difference(config, maps)).as("%s", maps).isLessThan(most);
        DecoderBlockWeights weights = weights(config);
        DecoderBlockWeights folded = Fold.into(kernels, weights, maps);
        assertThat(weights.tensors().entrySet())
                .as("something was folded")
                .anyMatch(entry -> distance(entry.getValue(), folded.get(entry.getKey())) > OTHER);
    }

    private double difference(DecoderConfig config, List<SiteMap> maps) {
        DecoderBlockWeights weights = weights(config);
        NDArray x = x(config);
        NDArray expected = run(config, weights, List.of(), x);
        return distance(run(config, Fold.into(kernels, weights, maps), maps, x), expected);
    }

    private NDArray run(DecoderConfig config, DecoderBlockWeights weights, List<SiteMap> maps, NDArray x) {
        return run(config, weights, maps, x, CachePath.exact(none));
    }

    private NDArray run(
            DecoderConfig config, DecoderBlockWeights weights, List<SiteMap> maps, NDArray x, CachePath cache) {
        Map<BlockTensor, Linear> linears = new EnumMap<>(BlockTensor.class);
        for (BlockTensor linear : BlockSites.LINEARS) {
            linears.put(linear, new Linear(weights.get(linear), weights.biasOf(linear), null));
        }
        Map<Site, InputPath> inputs = new EnumMap<>(Site.class);
        for (Site site : BlockSites.INPUTS) {
            List<ChannelMap> online = maps.stream()
                    .filter(map -> map.site() == site && !map.isFolded())
                    .map(SiteMap::reads)
                    .toList();
            inputs.put(site, new InputPath(online, List.of()));
        }
        DecoderBlock block = new DecoderBlock(new DecoderBlock.Parts(
                config,
                BlockNorms.of(config, weights),
                linears,
                inputs,
                cache,
                config.windows().of(0),
                false));
        return block.forward(
                kernels, x, new RotaryEmbedding(runtime, config, DataType.FLOAT64), AttentionContext.EMPTY);
    }

    private SiteMap smoothing(DecoderConfig config, Site site) {
        return switch (site) {
            case QKV, GATE_UP -> same(site, random(0.3, 3, config.hiddenSize()));
            case DOWN -> same(site, random(0.3, 3, config.intermediateSize()));
            case O -> {
                NDArray s = random(0.3, 3, config.keyValueHeads(), config.headDim());
                int shared = config.attentionHeads() / config.keyValueHeads();
                yield new SiteMap(site, new Diagonal(s.repeat(0, shared).flatten()), new Diagonal(s.flatten()));
            }
            case QUERY_KEY -> {
                int heads = config.queryKeyNorm() ? 1 : config.keyValueHeads();
                int shared = config.queryKeyNorm() ? 1 : config.attentionHeads() / config.keyValueHeads();
                NDArray half = random(0.3, 3, heads, config.headDim() / 2);
                NDArray pair = half.concat(half, 1);
                NDArray queries = pair.repeat(0, shared).flatten();
                yield new SiteMap(site, new Diagonal(queries.onesLike().div(queries)), new Diagonal(pair.flatten()));
            }
        };
    }

    private static SiteMap same(Site site, NDArray s) {
        return new SiteMap(site, new Diagonal(s), new Diagonal(s));
    }

    private SiteMap reordering(DecoderConfig config, Site site) {
        int width = Math.toIntExact(
                BlockSites.readers(site).getFirst().shape(config).getLast());
        List<Integer> order = new ArrayList<>(IntStream.range(0, width).boxed().toList());
        java.util.Collections.shuffle(order, new Random(width));
        Permutation permutation = Permutation.of(
                runtime.manager(), order.stream().mapToInt(Integer::intValue).toArray());
        return site == Site.DOWN ? new SiteMap(site, permutation, permutation) : SiteMap.online(site, permutation);
    }

    private List<SiteMap> inside(DecoderConfig config) {
        int headDim = config.headDim();
        return List.of(
                new SiteMap(
                        Site.O,
                        rotations.perHead(config.attentionHeads(), headDim, 3),
                        rotations.perHead(config.keyValueHeads(), headDim, 3)),
                SiteMap.online(Site.O, rotations.acrossHeads(config.attentionHeads(), headDim, 3)),
                SiteMap.online(Site.DOWN, rotations.online(config.intermediateSize(), 3)));
    }

    private DecoderBlockWeights weights(DecoderConfig config) {
        return DecoderBlockWeights.load(config, 0, RandomModel.source(runtime, config, DataType.FLOAT64));
    }

    private NDArray x(DecoderConfig config) {
        return random(-2, 2, 1, TIME, config.hiddenSize());
    }

    private NDArray random(double low, double high, long... shape) {
        int count = (int) new Shape(shape).size();
        double[] values = new Random(Arrays.hashCode(shape) + (long) (10 * high))
                .doubles(count, low, high)
                .toArray();
        return Tensors.doubles(runtime.manager(), values, shape);
    }

    private static double distance(NDArray a, NDArray b) {
        return ((Number) a.sub(b).abs().max().toArray()[0]).doubleValue();
    }
}
