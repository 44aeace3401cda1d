package io.bisup.llm.plan;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.BlockNorms;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.block.CachePath;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.block.InputPath;
import io.bisup.llm.block.Linear;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.kernel.LinearKernels;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.transform.ChannelMap;
import io.bisup.llm.weight.WeightKernels;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes the graph of a planned block from values. Its tensors are the operands' and the open scope's: it is not closed. One per
 * model; it holds the rotations.
 */
public final class PlannedBlock implements AutoCloseable {

    private final TensorRuntime runtime;
    private final BlockPlan plan;
    private final NDArray none;
    private final WeightKernels quantizer;
    private final PlanRotations rotations;
    private final TensorOwner owner;

    public PlannedBlock(TensorRuntime runtime, BlockPlan plan) {
        this.runtime = runtime;
        this.plan = plan;
        this.quantizer = new WeightKernels(runtime);
        try (TensorOwner building = new TensorOwner()) {
            this.none = building.own(runtime.manager().create(new Shape(0)));
            this.rotations = building.own(new PlanRotations(runtime, plan));
            this.owner = building.keep();
        }
    }

    /** What is asked for. */
    public BlockPlan plan() {
        return plan;
    }

    /** The plan's rotations. */
    public PlanRotations rotations() {
        return rotations;
    }

    /** A tensor [0] that stands for the full range; it is this object's. */
    public NDArray none() {
        return none;
    }

    /**
     * The weights of a layer, [out, in], as rounding to nearest leaves them, scales as stored; tensors of the open scope.
     * What is stored exactly, norms and biases among it, is passed on.
     */
    public DecoderBlockWeights roundedToNearest(int layer, KernelCalls kernels, BlockOperands operands) {
        Map<BlockTensor, NDArray> rounded = new EnumMap<>(operands.weights().tensors());
        for (BlockTensor linear : BlockSites.LINEARS) {
            rounded.put(linear, rounded(kernels, linear, operands, plan.weightSegments(layer, linear)));
        }
        return new DecoderBlockWeights(rounded);
    }

    private NDArray rounded(KernelCalls kernels, BlockTensor linear, BlockOperands operands, List<Segment> segments) {
        NDArray weight = operands.weights().get(linear);
        List<NDArray> parts = new ArrayList<>();
        int first = 0;
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            NDArray part =
                    segments.size() == 1 ? weight : LinearKernels.columns(kernels, weight, first, segment.columns());
            BlockOperands.Clip clip = clip(operands.weightClips().get(linear), i);
            parts.add(quantizer.fake(kernels, part, segment.format(), clip.high(), clip.low()));
            first += segment.columns();
        }
        return switch (parts.size()) {
            case 0 -> weight;
            case 1 -> parts.getFirst();
            default -> LinearKernels.concatenate(kernels, parts.toArray(NDArray[]::new));
        };
    }

    private BlockOperands.Clip clip(@Nullable List<BlockOperands.Clip> clips, int segment) {
        return clips == null ? new BlockOperands.Clip(none, none) : clips.get(segment);
    }

    /** The block of a layer that multiplies {@code weights}, with the operands' ranges, branches and maps. */
    public DecoderBlock quantized(int layer, DecoderBlockWeights weights, BlockOperands operands) {
        return block(layer, weights, operands, true);
    }

    /** The same function with nothing rounded. */
    public DecoderBlock exact(int layer, BlockOperands operands) {
        return block(layer, operands.weights(), operands, false);
    }

    private DecoderBlock block(int layer, DecoderBlockWeights weights, BlockOperands operands, boolean quantized) {
        Map<BlockTensor, Linear> linears = new EnumMap<>(BlockTensor.class);
        for (BlockTensor linear : BlockSites.LINEARS) {
            linears.put(
                    linear,
                    new Linear(
                            weights.get(linear),
                            weights.biasOf(linear),
                            quantized ? operands.branches().get(linear) : null));
        }
        Map<Site, InputPath> inputs = new EnumMap<>(Site.class);
        for (Site site : BlockSites.INPUTS) {
            inputs.put(site, path(site, operands, quantized));
        }
        return new DecoderBlock(new DecoderBlock.Parts(
                plan.config(),
                BlockNorms.of(plan.config(), weights),
                linears,
                inputs,
                cache(operands, quantized),
                plan.config().windows().of(layer),
                runtime.lowPrecision()));
    }

    private InputPath path(Site site, BlockOperands operands, boolean quantized) {
        List<ChannelMap> online = operands.online().getOrDefault(site, List.of());
        List<InputPath.Segment> segments = new ArrayList<>();
        if (quantized) {
            List<Segment> planned = plan.inputSegments(site);
            List<NDArray> clips = operands.inputClips().get(site);
            for (int i = 0; i < planned.size(); i++) {
                segments.add(new InputPath.Segment(
                        planned.get(i).columns(), planned.get(i).format(), clips == null ? none : clips.get(i)));
            }
        }
        return new InputPath(online, segments);
    }

    private CachePath cache(BlockOperands operands, boolean quantized) {
        CachePlan cache = plan.cache();
        Format exact = Format.exact();
        return quantized
                ? new CachePath(
                        cache.keys(),
                        cache.values(),
                        cache.beforeRope(),
                        operands.keyOffset(),
                        rotations.keys(),
                        operands.keyClip(),
                        operands.valueClip())
                : new CachePath(exact, exact, cache.beforeRope(), null, null, none, none);
    }

    @Override
    public void close() {
        owner.close();
    }
}
