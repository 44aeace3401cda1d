package io.bisup.llm.artifact;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.BlockNorms;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.block.CachePath;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.block.InputPath;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.block.Linear;
import io.bisup.llm.block.LowRankBranch;
import io.bisup.llm.checkpoint.TensorView;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.plan.Segment;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.transform.ChannelMap;
import io.bisup.llm.transform.ChannelMaps;
import io.bisup.llm.transform.MapDescription;
import io.bisup.llm.weight.StoredWeight;
import io.bisup.llm.weight.WeightForm;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Builds runnable blocks from the tensors of an artifact; their weights are dequantized once, their inputs at every use. */
public final class BlockReader {

    private final TensorRuntime runtime;
    private final DecoderConfig config;
    private final BlockLayout layout;
    private final Function<String, Optional<TensorView>> tensors;

    /** @param tensors finds a tensor by name */
    public BlockReader(
            TensorRuntime runtime,
            DecoderConfig config,
            BlockLayout layout,
            Function<String, Optional<TensorView>> tensors) {
        this.runtime = runtime;
        this.config = config;
        this.layout = layout;
        this.tensors = tensors;
    }

    /**
     * The block of a layer, the caller's to close.
     *
     * @throws FailureException when a tensor is missing; what was loaded is freed
     */
    public DecoderBlock block(int layer) {
        try (TensorOwner owner = new TensorOwner()) {
            DecoderBlock.Parts parts = new DecoderBlock.Parts(
                    config,
                    norms(layer, owner),
                    linears(layer, owner),
                    inputs(layer, owner),
                    cache(layer, owner),
                    config.windows().of(layer),
                    runtime.lowPrecision());
            return owner.handOver(new DecoderBlock(parts));
        }
    }

    /** The exact keys and values of the prefix in one block of a model that has a prefix; the caller's to close. */
    public KeyValues prefix(int layer) {
        try (TensorOwner owner = new TensorOwner()) {
            NDArray keys = owner.own(required(BlockNames.prefixKeys(layer)).load(runtime.manager()));
            NDArray values = owner.own(required(BlockNames.prefixValues(layer)).load(runtime.manager()));
            return owner.handOver(new KeyValues(keys, values));
        }
    }

    private BlockNorms norms(int layer, TensorOwner owner) {
        Map<BlockTensor, NDArray> norms = new EnumMap<>(BlockTensor.class);
        for (BlockTensor norm : BlockNorms.PARAMETERS) {
            if (norm.presentIn(config)) {
                norms.put(norm, owner.own(required(norm.name(layer)).load(runtime.manager())));
            }
        }
        return BlockNorms.of(config, new DecoderBlockWeights(norms));
    }

    private Map<BlockTensor, Linear> linears(int layer, TensorOwner owner) {
        Map<BlockTensor, Linear> linears = new EnumMap<>(BlockTensor.class);
        for (BlockTensor linear : BlockSites.LINEARS) {
            NDArray weight = owner.own(weight(linear, layer));
            BlockTensor bias = linear.bias();
            NDArray stored = bias == null ? null : find(bias.name(layer), owner);
            linears.put(linear, new Linear(weight, stored, branch(linear, layer, owner)));
        }
        return linears;
    }

    private NDArray weight(BlockTensor linear, int layer) {
        if (layout.weight(linear, layer).isEmpty()) {
            return required(linear.name(layer)).load(runtime.manager());
        }
        WeightForm form = new WeightForm(
                Math.toIntExact(linear.shape(config).getFirst()),
                layout.weight(linear, layer).stream()
                        .map(segment -> new WeightForm.Segment(segment.columns(), segment.format()))
                        .toList());
        try (StoredWeight stored = StoredWeight.read(runtime, BlockNames.stem(linear, layer), form, tensors)) {
            return stored.dequantize(runtime);
        }
    }

    private @Nullable LowRankBranch branch(BlockTensor linear, int layer, TensorOwner owner) {
        NDArray b = find(BlockNames.loraIn(linear, layer), owner);
        return b == null
                ? null
                : new LowRankBranch(
                        owner.own(required(BlockNames.loraOut(linear, layer)).load(runtime.manager())),
                        b,
                        layout.branches());
    }

    private Map<Site, InputPath> inputs(int layer, TensorOwner owner) {
        Map<Site, InputPath> paths = new EnumMap<>(Site.class);
        BlockSites.INPUTS.forEach(site -> paths.put(site, path(site, layer, owner)));
        return paths;
    }

    private InputPath path(Site site, int layer, TensorOwner owner) {
        BlockLayout.InputLayout input = layout.input(site);
        List<ChannelMap> online = new ArrayList<>();
        for (int i = 0; i < input.online().size(); i++) {
            online.add(owner.own(
                    ChannelMaps.open(runtime, input.online().get(i), BlockNames.map(site, i, layer), tensors)));
        }
        List<InputPath.Segment> segments = new ArrayList<>();
        for (int i = 0; i < input.segments().size(); i++) {
            Segment segment = input.segments().get(i);
            NDArray clip = orEmpty(BlockNames.inputClip(site, i, layer), owner);
            segments.add(new InputPath.Segment(segment.columns(), segment.format(), clip));
        }
        return new InputPath(online, segments);
    }

    private CachePath cache(int layer, TensorOwner owner) {
        BlockLayout.CacheLayout cache = layout.cache();
        MapDescription rotation = cache.rotation();
        return new CachePath(
                cache.keys(),
                cache.values(),
                cache.beforeRope(),
                find(BlockNames.keyOffset(layer), owner),
                rotation == null ? null : owner.own(ChannelMaps.open(runtime, rotation, "", tensors)),
                perHead(BlockNames.keyClip(layer), owner),
                perHead(BlockNames.valueClip(layer), owner));
    }

    /** [kv heads, 1, 1], or empty. */
    private NDArray perHead(String name, TensorOwner owner) {
        float[] factors = tensors.apply(name).map(TensorView::toFloats).orElse(new float[0]);
        return owner.own(Tensors.floats(runtime.manager(), factors, factors.length, 1, 1));
    }

    private NDArray orEmpty(String name, TensorOwner owner) {
        NDArray found = find(name, owner);
        return found == null ? owner.own(runtime.manager().create(new Shape(0))) : found;
    }

    private @Nullable NDArray find(String name, TensorOwner owner) {
        return tensors.apply(name)
                .map(view -> owner.own(view.load(runtime.manager())))
                .orElse(null);
    }

    private TensorView required(String name) {
        return tensors.apply(name)
                .orElseThrow(() -> new FailureException(
                        FailureCode.MALFORMED_CHECKPOINT,
                        "the quantized checkpoint lacks tensor " + name + "; make the artifact again"));
    }
}
