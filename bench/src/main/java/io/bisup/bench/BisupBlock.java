package io.bisup.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.block.RotaryEmbedding;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.RopeScaling;
import io.bisup.llm.fold.SiteMap;
import io.bisup.llm.plan.BlockPlan;
import io.bisup.llm.plan.PlanRotations;
import io.bisup.llm.plan.PlannedBlock;
import io.bisup.llm.plan.Planner;
import io.bisup.llm.plan.Segment;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.transform.Permutation;
import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Branch;
import io.bisup.quantize.block.Control;
import io.bisup.quantize.block.Draft;
import io.bisup.quantize.block.RangeLogits;
import io.bisup.quantize.block.Seeds;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;

/** The block to measure as the product sees it: every range and an adapter of each linear learnt, nothing smoothed. */
final class BisupBlock implements AutoCloseable {
    private static final int POSITIONS = 1 << 15;

    private final TensorRuntime runtime;
    private final RandomBlock random;
    private final BlockSize size;
    private final BlockPlan plan;
    private final TensorOwner owner = new TensorOwner();
    private final BlockWork work;
    private final Draft draft;

    BisupBlock(TensorRuntime runtime, RandomBlock random, BlockSize size, StepVariant variant) {
        this.runtime = runtime;
        this.random = random;
        this.size = size;
        this.plan = Planner.require(variant.recipe(size.bits()), config(size));
        RotaryEmbedding rotary = owner.own(new RotaryEmbedding(runtime, plan.config(), DataType.FLOAT32));
        this.work = new BlockWork(
                runtime,
                owner.own(new PlannedBlock(runtime, plan)),
                0,
                weights(),
                new OneSample(random),
                rotary.angles(0, size.tokens()),
                null,
                1,
                new Seeds(0),
                Control.NONE);
        this.draft = owner.own(new Draft(work));
        maps(variant);
        ranges();
        cacheRanges();
        adapters();
    }

    private static DecoderConfig config(BlockSize size) {
        return new DecoderConfig(
                Architecture.LLAMA,
                size.hidden(),
                1,
                size.heads(),
                size.heads(),
                BlockSize.HEAD,
                size.intermediate(),
                1,
                1e-5,
                10_000,
                new RopeScaling.Default(),
                false,
                false,
                false,
                POSITIONS,
                null,
                null);
    }

    private DecoderBlockWeights weights() {
        Map<BlockTensor, NDArray> weights = new EnumMap<>(BlockTensor.class);
        NDArray[] linears = random.linears();
        for (int i = 0; i < linears.length; i++) {
            weights.put(BlockSites.LINEARS.get(i), linears[i]);
        }
        weights.put(BlockTensor.INPUT_NORM, random.constant(1, size.hidden()));
        weights.put(BlockTensor.POST_ATTENTION_NORM, random.constant(1, size.hidden()));
        return new DecoderBlockWeights(weights);
    }

    private void maps(StepVariant variant) {
        PlanRotations rotations = work.planned().rotations();
        switch (variant) {
            case PLAIN, CACHE -> {}
            case HADAMARDS -> {
                draft.maps()
                        .append(new SiteMap(
                                Site.O,
                                Objects.requireNonNull(rotations.valuesOfQueries()),
                                Objects.requireNonNull(rotations.values())));
                draft.maps().append(SiteMap.online(Site.O, Objects.requireNonNull(rotations.acrossHeads())));
                draft.maps().append(SiteMap.online(Site.DOWN, Objects.requireNonNull(rotations.down())));
            }
            case KEEPERS ->
                BlockSites.INPUTS.forEach(
                        site -> draft.maps().append(site, shuffled(plan.width(site)), site == Site.DOWN));
        }
    }

    private Permutation shuffled(int width) {
        Random dice = new Random(1);
        double[] keys =
                IntStream.range(0, width).mapToDouble(i -> dice.nextDouble()).toArray();
        return Permutation.ascending(runtime.manager(), keys);
    }

    private void ranges() {
        for (BlockTensor linear : BlockSites.LINEARS) {
            int out = linear.shape(plan.config()).getFirst().intValue();
            List<RangeLogits> logits = new ArrayList<>();
            for (Segment segment : plan.weightSegments(0, linear)) {
                int tiles = out / segment.format().scope().sharedRows();
                logits.add(new RangeLogits(
                        logit(tiles, segment.groups()),
                        segment.format().symmetric() ? null : logit(tiles, segment.groups())));
            }
            draft.weightRange(linear, logits);
        }
        for (Site site : BlockSites.INPUTS) {
            draft.inputRange(
                    site,
                    plan.inputSegments(site).stream()
                            .map(segment -> logit(segment.groups()))
                            .toList());
        }
    }

    private void cacheRanges() {
        if (plan.cache().quantizes()) {
            int heads = plan.config().keyValueHeads();
            draft.keyRange(logit(heads, 1, 1));
            draft.valueRange(logit(heads, 1, 1));
            draft.keyMean(random.normal(0.1, 1, heads, 1, plan.config().headDim()));
        }
    }

    private void adapters() {
        int[][] shapes = size.linears();
        for (int i = 0; i < shapes.length; i++) {
            NDArray b = random.normal(1 / Math.sqrt(shapes[i][1]), size.rank(), shapes[i][1]);
            draft.branch(BlockSites.LINEARS.get(i), new Branch(random.constant(0, shapes[i][0], size.rank()), b));
        }
    }

    private NDArray logit(int... shape) {
        return random.constant(EagerCandidate.CLIP_LOGIT, shape);
    }

    BlockWork work() {
        return work;
    }

    Draft draft() {
        return draft;
    }

    /** All that is learnt. */
    List<NDArray> learnt() {
        List<NDArray> all = new ArrayList<>(draft.weightRanges());
        all.addAll(draft.inputRanges());
        all.addAll(draft.cacheRanges());
        all.addAll(draft.lowRankFactors());
        return all;
    }

    @Override
    public void close() {
        owner.close();
    }
}
