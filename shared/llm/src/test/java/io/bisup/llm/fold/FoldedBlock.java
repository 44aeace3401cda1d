package io.bisup.llm.fold;

import ai.djl.ndarray.NDArray;
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

/** Maps and blocks to fold them into: float64 weights of {@link RandomModel}, and inputs. Tensors are the open scope's. */
final class FoldedBlock {
    static final int TIME = 24;

    private final TensorRuntime runtime = TestDevice.runtime();
    private final Kernels kernels = runtime.kernels();
    private final Rotations rotations = new Rotations(runtime);
    private final NDArray none = runtime.manager().create(new Shape(0));

    /** The block with maps folded into given weights and the rest of them at run time. */
    NDArray run(DecoderConfig config, DecoderBlockWeights weights, List<SiteMap> maps, NDArray x) {
        return run(config, weights, maps, x, CachePath.exact(none));
    }

    NDArray run(DecoderConfig config, DecoderBlockWeights weights, List<SiteMap> maps, NDArray x, CachePath cache) {
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

    SiteMap smoothing(DecoderConfig config, Site site) {
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

    SiteMap reordering(DecoderConfig config, Site site) {
        int width = Math.toIntExact(
                BlockSites.readers(site).getFirst().shape(config).getLast());
        List<Integer> order = new ArrayList<>(IntStream.range(0, width).boxed().toList());
        java.util.Collections.shuffle(order, new Random(width));
        Permutation permutation = Permutation.of(
                runtime.manager(), order.stream().mapToInt(Integer::intValue).toArray());
        return site == Site.DOWN ? new SiteMap(site, permutation, permutation) : SiteMap.online(site, permutation);
    }

    List<SiteMap> inside(DecoderConfig config) {
        int headDim = config.headDim();
        return List.of(
                new SiteMap(
                        Site.O,
                        rotations.perHead(config.attentionHeads(), headDim, 3),
                        rotations.perHead(config.keyValueHeads(), headDim, 3)),
                SiteMap.online(Site.O, rotations.acrossHeads(config.attentionHeads(), headDim, 3)),
                SiteMap.online(Site.DOWN, rotations.online(config.intermediateSize(), 3)));
    }

    DecoderBlockWeights weights(DecoderConfig config) {
        return DecoderBlockWeights.load(config, 0, RandomModel.source(runtime, config, DataType.FLOAT64));
    }

    NDArray x(DecoderConfig config) {
        return random(-2, 2, 1, TIME, config.hiddenSize());
    }

    NDArray random(double low, double high, long... shape) {
        int count = (int) new Shape(shape).size();
        double[] values = new Random(Arrays.hashCode(shape) + (long) (10 * high))
                .doubles(count, low, high)
                .toArray();
        return Tensors.doubles(runtime.manager(), values, shape);
    }

    static double distance(NDArray a, NDArray b) {
        return ((Number) a.sub(b).abs().max().toArray()[0]).doubleValue();
    }
}
