package io.bisup.quantize.block;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.recipe.LowRank;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.artifact.StoredBlock;
import io.bisup.llm.block.AttentionContext;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.block.LowRankBranch;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.fold.Fold;
import io.bisup.llm.fold.SiteMap;
import io.bisup.llm.plan.BlockOperands;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.transform.ChannelMap;
import io.bisup.llm.weight.StoredWeight;
import io.bisup.quantize.kernel.LearningKernels;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The values of one block as the stages find them: maps, ranges, low-rank branches, at last codes. Nothing is set at first: the
 * block is then rounded to nearest over full ranges. What is put in belongs to the draft and outlives every scope.
 */
public final class Draft implements AutoCloseable {

    private final BlockWork work;
    private final TensorOwner owner = new TensorOwner();
    private final DraftMaps maps = new DraftMaps(owner);
    private final Map<BlockTensor, List<RangeLogits>> weightRanges = new EnumMap<>(BlockTensor.class);
    private final Map<Site, List<NDArray>> inputRanges = new EnumMap<>(Site.class);
    private final Map<BlockTensor, Branch> branches = new EnumMap<>(BlockTensor.class);
    private final Map<BlockTensor, NDArray> keptOut = new EnumMap<>(BlockTensor.class);
    private final Map<BlockTensor, StoredWeight> rounded = new EnumMap<>(BlockTensor.class);
    private final List<String> notes = new ArrayList<>();
    private NDArray keyRange;
    private NDArray valueRange;
    private @Nullable NDArray keyMean;
    private @Nullable TrainingOutcome outcome;

    public Draft(BlockWork work) {
        this.work = work;
        this.keyRange = work.none();
        this.valueRange = work.none();
    }

    /** The maps of the block's sites, in the order in which they act. */
    public DraftMaps maps() {
        return maps;
    }

    /** Sets the range of a weight, one entry per segment; the tensors are the draft's from here on. */
    public void weightRange(BlockTensor linear, List<RangeLogits> logits) {
        for (RangeLogits each : logits) {
            owner.own(each.high());
            if (each.low() != null) {
                owner.own(each.low());
            }
        }
        weightRanges.put(linear, List.copyOf(logits));
    }

    /** Sets the range of an input, [groups] per segment. */
    public void inputRange(Site site, List<NDArray> logits) {
        logits.forEach(owner::own);
        inputRanges.put(site, List.copyOf(logits));
    }

    /** Sets the range of cached keys, logits [kv heads, 1, 1]; the tensor is the draft's from here on. */
    public void keyRange(NDArray logits) {
        keyRange = owner.own(logits);
    }

    /** Sets the range of cached values, logits [kv heads, 1, 1]; the tensor is the draft's from here on. */
    public void valueRange(NDArray logits) {
        valueRange = owner.own(logits);
    }

    /** Sets what the cache subtracts from keys before any map, [1, kv heads, 1, head dim]; maps of keys act on it too. */
    public void keyMean(NDArray mean) {
        keyMean = owner.own(mean);
    }

    /** Sets the low-rank branch of a linear. */
    public void branch(BlockTensor linear, Branch branch) {
        owner.own(branch.a());
        owner.own(branch.b());
        branches.put(linear, branch);
    }

    /** Takes columns out of what is rounded: {@code mask} [in] is 0 where a low-rank branch carries the column. */
    public void keepOut(BlockTensor linear, NDArray mask) {
        keptOut.put(linear, owner.own(mask));
    }

    /** Sets the codes of a weight. */
    public void round(BlockTensor linear, StoredWeight weight) {
        rounded.put(linear, weight);
    }

    /** Sets what learning did. */
    public void outcome(TrainingOutcome did) {
        outcome = did;
        notes.addAll(did.notes());
    }

    /** What learning did; null where nothing is learnt. */
    public @Nullable TrainingOutcome outcome() {
        return outcome;
    }

    /** Adds a remark for the block's report. */
    public void note(String text) {
        notes.add(text);
    }

    public List<String> notes() {
        return List.copyOf(notes);
    }

    /** The codes found so far. */
    public Map<BlockTensor, StoredWeight> rounded() {
        return Map.copyOf(rounded);
    }

    /** The maps so far; those of smoothing at the present θ. */
    public List<SiteMap> siteMaps(KernelCalls kernels) {
        return maps.at(kernels, config());
    }

    /** What the block is computed with at the present values; differentiable in all of them when the kernels record. */
    public BlockOperands operands(KernelCalls kernels) {
        List<SiteMap> siteMaps = siteMaps(kernels);
        DecoderBlockWeights folded = Fold.into(kernels, work.weights(), siteMaps);
        return new BlockOperands(
                folded,
                weightClips(kernels),
                inputClips(kernels),
                factor(kernels, keyRange),
                factor(kernels, valueRange),
                keyOffset(kernels, folded, siteMaps),
                lowRank(),
                DraftMaps.online(siteMaps));
    }

    /** The block these values are of. */
    public BlockWork work() {
        return work;
    }

    /** The block as it is stored; codes must have been set. Tensors of the open scope, and the draft's. */
    public StoredBlock stored(KernelCalls kernels) {
        BlockOperands operands = operands(kernels);
        Map<BlockTensor, NDArray> exact = new EnumMap<>(operands.weights().tensors());
        rounded.keySet().forEach(exact::remove);
        return new StoredBlock(
                exact,
                rounded,
                operands.branches(),
                operands.online(),
                operands.inputClips(),
                operands.keyClip(),
                operands.valueClip(),
                operands.keyOffset(),
                prefix(kernels));
    }

    /** Folded weights without the columns that branches carry, [out, in]: what is rounded. */
    public DecoderBlockWeights quantizable(KernelCalls kernels, DecoderBlockWeights folded) {
        if (keptOut.isEmpty()) {
            return folded;
        }
        Map<BlockTensor, NDArray> left = new EnumMap<>(folded.tensors());
        keptOut.forEach(
                (linear, mask) -> left.put(linear, LearningKernels.scaleColumns(kernels, folded.get(linear), mask)));
        return new DecoderBlockWeights(left);
    }

    /** The columns of a folded weight that its branch carries, [out, in]; null where all are rounded. */
    public @Nullable NDArray carried(KernelCalls kernels, BlockTensor linear, NDArray folded) {
        NDArray mask = keptOut.get(linear);
        return mask == null ? null : folded.sub(LearningKernels.scaleColumns(kernels, folded, mask));
    }

    /** The exact keys and values before every sample, as the folded block sees them; empty without a prefix. */
    public AttentionContext context(KernelCalls kernels) {
        KeyValues prefix = prefix(kernels);
        return prefix == null ? AttentionContext.EMPTY : AttentionContext.of(prefix);
    }

    /**
     * As {@link #context}, as keys and values [1, kv heads, prefix, head dim] of the open scope; null without a prefix.
     */
    public @Nullable KeyValues prefix(KernelCalls kernels) {
        KeyValues prefix = work.prefix();
        if (prefix == null) {
            return null;
        }
        List<SiteMap> siteMaps = siteMaps(kernels);
        return new KeyValues(
                folded(kernels, prefix.keys(), Site.QUERY_KEY, siteMaps),
                folded(kernels, prefix.values(), Site.O, siteMaps));
    }

    /** Keys or values [1, kv heads, P, head dim] as projections with the maps of a site folded in give them. */
    private static NDArray folded(KernelCalls kernels, NDArray x, Site site, List<SiteMap> siteMaps) {
        NDArray folded = x;
        for (SiteMap map : siteMaps) {
            ChannelMap writes = map.writes();
            if (writes != null && map.site() == site) {
                folded = LearningKernels.mapHeads(kernels, folded, writes);
            }
        }
        return folded;
    }

    private Map<BlockTensor, List<BlockOperands.Clip>> weightClips(KernelCalls kernels) {
        Map<BlockTensor, List<BlockOperands.Clip>> clips = new EnumMap<>(BlockTensor.class);
        weightRanges.forEach((linear, logits) -> clips.put(
                linear, logits.stream().map(each -> clip(kernels, each)).toList()));
        return clips;
    }

    private BlockOperands.Clip clip(KernelCalls kernels, RangeLogits logits) {
        NDArray high = factor(kernels, logits.high());
        return new BlockOperands.Clip(high, logits.low() == null ? high : factor(kernels, logits.low()));
    }

    private Map<Site, List<NDArray>> inputClips(KernelCalls kernels) {
        Map<Site, List<NDArray>> clips = new EnumMap<>(Site.class);
        inputRanges.forEach((site, logits) -> clips.put(
                site, logits.stream().map(each -> factor(kernels, each)).toList()));
        return clips;
    }

    private static NDArray factor(KernelCalls kernels, NDArray logit) {
        return logit.size() == 0 ? logit : LearningKernels.clipFactor(kernels, logit);
    }

    private @Nullable NDArray keyOffset(KernelCalls kernels, DecoderBlockWeights folded, List<SiteMap> siteMaps) {
        return switch (work.plan().cache().offset()) {
            case AUTO, NONE -> null;
            case MEAN -> keyMean == null ? null : folded(kernels, keyMean, Site.QUERY_KEY, siteMaps);
            case BIAS -> LearningKernels.perHead(kernels, folded.get(BlockTensor.KEY_BIAS), config().keyValueHeads());
        };
    }

    private Map<BlockTensor, LowRankBranch> lowRank() {
        LowRank recipe = work.plan().recipe().compensation();
        Map<BlockTensor, LowRankBranch> all = new EnumMap<>(BlockTensor.class);
        branches.forEach((linear, branch) -> all.put(
                linear,
                new LowRankBranch(branch.a(), branch.b(), recipe == null ? LowRank.Reads.EXACT : recipe.reads())));
        return all;
    }

    private DecoderConfig config() {
        return work.plan().config();
    }

    /**
     * Logits of the ranges of weights, [out / shared rows, groups] each, in a fixed order; those of keepers are not among
     * them. They stay the draft's.
     */
    public List<NDArray> weightRanges() {
        List<NDArray> all = new ArrayList<>();
        for (List<RangeLogits> logits : weightRanges.values()) {
            RangeLogits first = logits.getFirst();
            all.add(first.high());
            if (first.low() != null) {
                all.add(first.low());
            }
        }
        return all;
    }

    /**
     * Logits of the ranges of inputs, [groups] each, in a fixed order; those of keepers are not among them. They stay the
     * draft's.
     */
    public List<NDArray> inputRanges() {
        return inputRanges.values().stream().map(List::getFirst).toList();
    }

    /** Logits of the ranges of keys and of values, [kv heads, 1, 1] each, where they are set. They stay the draft's. */
    public List<NDArray> cacheRanges() {
        return java.util.stream.Stream.of(keyRange, valueRange)
                .filter(logits -> logits.size() > 0)
                .toList();
    }

    /** A [out, rank] and B [rank, in] of all low-rank branches, in a fixed order. They stay the draft's. */
    public List<NDArray> lowRankFactors() {
        return branches.values().stream()
                .flatMap(branch -> java.util.stream.Stream.of(branch.a(), branch.b()))
                .toList();
    }

    @Override
    public void close() {
        rounded.values().forEach(StoredWeight::close);
        owner.close();
    }
}
