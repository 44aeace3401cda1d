package io.bisup.llm.fused;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.bisup.contract.recipe.CacheFormat.Offset;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.block.LowRankBranch;
import io.bisup.llm.block.RotaryEmbedding;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.kernel.LossWeights;
import io.bisup.llm.plan.BlockOperands;
import io.bisup.llm.plan.BlockPlan;
import io.bisup.llm.plan.CachePlan;
import io.bisup.llm.plan.Segment;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.transform.ChannelMap;
import io.bisup.llm.transform.Permutation;
import io.bisup.llm.transform.Rotations;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Random operands and samples of a {@link BlockCase}; every tensor among the operands is a leaf that requires a gradient. */
final class RandomBlock implements AutoCloseable {
    private final TensorRuntime runtime;
    private final NDManager manager;
    private final BlockCase block;
    private final BlockPlan plan;
    private final DecoderConfig config;
    private final Random random = new Random(5);
    private final TensorOwner owner = new TensorOwner();
    private final Map<String, NDArray> leaves = new java.util.LinkedHashMap<>();

    RandomBlock(TensorRuntime runtime, BlockCase block) {
        this.runtime = runtime;
        this.manager = runtime.manager();
        this.block = block;
        this.plan = block.plan();
        this.config = plan.config();
    }

    /** The operands made so far, by what they are. */
    Map<String, NDArray> leaves() {
        return leaves;
    }

    FusedBlockStep.Sample sample(double targetMeanSquare) {
        BlockShape shape = block.shape();
        RotaryEmbedding rotary = owner.own(new RotaryEmbedding(runtime, config, DataType.FLOAT32));
        return new FusedBlockStep.Sample(
                normal(1, shape.batch(), shape.tokens(), config.hiddenSize()),
                normal(1, shape.batch(), shape.tokens(), config.hiddenSize()),
                new LossWeights(
                        block.weighted() ? uniform(0.2, 1.8, shape.tokens(), 1) : none(),
                        block.weighted() ? uniform(0.2, 1.8, config.hiddenSize()) : none()),
                targetMeanSquare,
                rotary.angles(block.prefix(), shape.tokens()),
                prefix(),
                config.windows().of(0));
    }

    private @Nullable KeyValues prefix() {
        if (block.prefix() == 0) {
            return null;
        }
        int[] shape = {1, config.keyValueHeads(), block.prefix(), config.headDim()};
        return new KeyValues(leaf("prefix keys", normal(1, shape)), leaf("prefix values", normal(1, shape)));
    }

    BlockOperands operands() {
        Map<BlockTensor, List<BlockOperands.Clip>> weightClips = new EnumMap<>(BlockTensor.class);
        Map<BlockTensor, LowRankBranch> branches = new EnumMap<>(BlockTensor.class);
        for (BlockTensor linear : BlockSites.LINEARS) {
            weightClips.put(linear, weightClips(linear));
            if (block.rank() > 0) {
                branches.put(linear, branch(linear));
            }
        }
        Map<Site, List<NDArray>> inputClips = new EnumMap<>(Site.class);
        Map<Site, List<ChannelMap>> online = new EnumMap<>(Site.class);
        for (Site site : BlockSites.INPUTS) {
            inputClips.put(site, inputClips(site));
            online.put(site, online(site));
        }
        CachePlan cache = plan.cache();
        return new BlockOperands(
                weights(),
                weightClips,
                inputClips,
                headClip("key clip", cache.keys().quantizes()),
                headClip("value clip", cache.values().quantizes()),
                cache.offset() == Offset.NONE
                        ? null
                        : leaf("key offset", normal(1, 1, config.keyValueHeads(), 1, config.headDim())),
                branches,
                online);
    }

    private DecoderBlockWeights weights() {
        Map<BlockTensor, NDArray> weights = new EnumMap<>(BlockTensor.class);
        for (BlockTensor tensor : BlockTensor.of(config)) {
            int[] shape = tensor.shape(config).stream().mapToInt(Long::intValue).toArray();
            NDArray values = shape.length == 2
                    ? normal(1 / Math.sqrt(shape[1]), shape)
                    : tensor.name().endsWith("NORM") ? uniform(0.5, 1, shape) : normal(0.1, shape);
            weights.put(tensor, leaf(tensor.name(), values));
        }
        return new DecoderBlockWeights(weights);
    }

    private List<BlockOperands.Clip> weightClips(BlockTensor linear) {
        List<BlockOperands.Clip> clips = new ArrayList<>();
        int rows = Math.toIntExact(linear.shape(config).getFirst());
        for (Segment segment : plan.weightSegments(0, linear)) {
            int tiles = rows / segment.format().scope().sharedRows();
            String name = linear + " clip " + clips.size();
            NDArray high = leaf(name, uniform(0.5, 1, tiles, segment.groups()));
            NDArray low =
                    segment.format().symmetric() ? high : leaf(name + " low", uniform(0.5, 1, tiles, segment.groups()));
            clips.add(new BlockOperands.Clip(high, low));
        }
        return clips;
    }

    private List<NDArray> inputClips(Site site) {
        List<NDArray> clips = new ArrayList<>();
        for (Segment segment : plan.inputSegments(site)) {
            clips.add(leaf(site + " clip " + clips.size(), uniform(0.5, 1, segment.groups())));
        }
        return clips;
    }

    private NDArray headClip(String name, boolean quantizes) {
        return quantizes ? leaf(name, uniform(0.5, 1, config.keyValueHeads(), 1, 1)) : none();
    }

    private LowRankBranch branch(BlockTensor linear) {
        List<Long> shape = linear.shape(config);
        return new LowRankBranch(
                leaf(linear + " A", normal(0.1, shape.get(0).intValue(), block.rank())),
                leaf(linear + " B", normal(0.1, block.rank(), shape.get(1).intValue())),
                block.reads());
    }

    private List<ChannelMap> online(Site site) {
        List<ChannelMap> maps = new ArrayList<>();
        Rotations rotations = new Rotations(runtime);
        if (block.online().contains(BlockCase.Online.HADAMARDS) && site == Site.O) {
            maps.add(owner.own(rotations.acrossHeads(config.attentionHeads(), config.headDim(), 0)));
        }
        if (block.online().contains(BlockCase.Online.HADAMARDS) && site == Site.DOWN) {
            maps.add(owner.own(rotations.online(config.intermediateSize(), 0)));
        }
        if (block.online().contains(BlockCase.Online.PERMUTATIONS)) {
            List<Integer> order =
                    new ArrayList<>(IntStream.range(0, plan.width(site)).boxed().toList());
            Collections.shuffle(order, random);
            maps.add(owner.own(Permutation.of(
                    manager, order.stream().mapToInt(Integer::intValue).toArray())));
        }
        return maps;
    }

    private NDArray leaf(String name, NDArray values) {
        runtime.kernels().requireGradient(values);
        leaves.put(name, values);
        return values;
    }

    NDArray none() {
        return Tensors.floats(manager, new float[0], 0);
    }

    private NDArray uniform(double from, double to, int... shape) {
        return filled(() -> random.nextDouble(from, to), shape);
    }

    private NDArray normal(double scale, int... shape) {
        return filled(() -> scale * random.nextGaussian(), shape);
    }

    private NDArray filled(DoubleSupplier distribution, int... shape) {
        float[] values = new float[Arrays.stream(shape).reduce(1, Math::multiplyExact)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) distribution.getAsDouble();
        }
        return Tensors.floats(
                manager, values, Arrays.stream(shape).asLongStream().toArray());
    }

    @Override
    public void close() {
        owner.close();
    }
}
