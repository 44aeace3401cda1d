package io.bisup.llm.peer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.BlockNorms;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.block.CachePath;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.block.InputPath;
import io.bisup.llm.block.Linear;
import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.model.ModelEnds;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.TensorRuntime;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds runnable parts of a quantized model: weights are dequantized once, inputs are quantized at every use by the rule of the
 * tool that stored them.
 */
public final class PeerBlocks {
    private final QuantizedModel model;
    private final DecoderConfig config;
    private final TensorRuntime runtime;
    private final PeerParameters parameters;

    /** @param checkpoint checked against the model; it must stay open */
    public PeerBlocks(QuantizedModel model, Checkpoint checkpoint, TensorRuntime runtime) {
        this.model = model;
        this.config = model.config();
        this.runtime = runtime;
        this.parameters = new PeerParameters(model, checkpoint, runtime);
    }

    /** Embedding, final norm and head; the caller's to close. */
    public ModelEnds ends() {
        return ModelEnds.load(config, parameters::load);
    }

    /** The block of a layer, the caller's to close. */
    public DecoderBlock block(int layer) {
        try (TensorOwner owner = new TensorOwner()) {
            return owner.handOver(new DecoderBlock(new DecoderBlock.Parts(
                    config,
                    norms(layer, owner),
                    linears(layer, owner),
                    inputs(layer, owner),
                    CachePath.exact(empty(owner)),
                    config.windows().of(layer),
                    runtime.lowPrecision())));
        }
    }

    private BlockNorms norms(int layer, TensorOwner owner) {
        Map<BlockTensor, NDArray> norms = new EnumMap<>(BlockTensor.class);
        for (BlockTensor norm : BlockNorms.PARAMETERS) {
            if (norm.presentIn(config)) {
                norms.put(norm, owner.own(parameters.load(norm.name(layer))));
            }
        }
        return BlockNorms.of(config, new DecoderBlockWeights(norms));
    }

    private Map<BlockTensor, Linear> linears(int layer, TensorOwner owner) {
        Map<BlockTensor, Linear> linears = new EnumMap<>(BlockTensor.class);
        for (BlockTensor linear : BlockSites.LINEARS) {
            NDArray weight = owner.own(parameters.load(linear.name(layer)));
            @Nullable NDArray bias = parameters.bias(linear.name(layer));
            linears.put(linear, new Linear(weight, bias == null ? null : owner.own(bias), null));
        }
        return linears;
    }

    private Map<Site, InputPath> inputs(int layer, TensorOwner owner) {
        Map<Site, InputPath> paths = new EnumMap<>(Site.class);
        for (Site site : BlockSites.INPUTS) {
            paths.put(
                    site,
                    model.input(site, layer)
                            .map(input -> new InputPath(
                                    List.of(),
                                    List.of(new InputPath.Segment(
                                            width(site), input.format(), empty(owner), InputPath.Scale.HALF_SPAN))))
                            .orElse(InputPath.EXACT));
        }
        return paths;
    }

    private int width(Site site) {
        return Math.toIntExact(BlockSites.readers(site).getFirst().shape(config).getLast());
    }

    private NDArray empty(TensorOwner owner) {
        return owner.own(runtime.manager().create(new Shape(0)));
    }
}
