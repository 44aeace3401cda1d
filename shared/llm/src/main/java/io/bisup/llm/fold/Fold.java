package io.bisup.llm.fold;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.transform.ChannelMap;
import io.bisup.llm.transform.Diagonal;
import io.bisup.llm.transform.Permutation;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The weights of the same function under channel maps (methods §2.3, §3.3, §4.1). Pure: weights that a map does not touch are
 * passed on, the others are new tensors of the open scope. Differentiable when the kernels record.
 */
public final class Fold {

    private final KernelCalls kernels;
    private final Map<BlockTensor, NDArray> tensors = new EnumMap<>(BlockTensor.class);

    private Fold(KernelCalls kernels, DecoderBlockWeights weights) {
        this.kernels = kernels;
        this.tensors.putAll(weights.tensors());
    }

    /** The weights with all maps folded in, one after another. */
    public static DecoderBlockWeights into(KernelCalls kernels, DecoderBlockWeights weights, List<SiteMap> maps) {
        Fold fold = new Fold(kernels, weights);
        maps.forEach(fold::site);
        return new DecoderBlockWeights(fold.tensors);
    }

    /** The weights of a block whose residual stream is rotated by {@code q}; norms are fused first (QuaRot §3.1). */
    public static DecoderBlockWeights residual(KernelCalls kernels, DecoderBlockWeights weights, ChannelMap q) {
        Fold fold = new Fold(kernels, weights);
        fold.fuseNorm(BlockTensor.INPUT_NORM, Site.QKV);
        fold.fuseNorm(BlockTensor.POST_ATTENTION_NORM, Site.GATE_UP);
        fold.columns(Site.QKV, q);
        fold.columns(Site.GATE_UP, q);
        fold.rows(BlockTensor.OUTPUT, q);
        fold.rows(BlockTensor.DOWN, q);
        return new DecoderBlockWeights(fold.tensors);
    }

    private void fuseNorm(BlockTensor norm, Site site) {
        NDArray gamma = tensor(norm);
        columns(site, new Diagonal(gamma));
        tensors.put(norm, gamma.onesLike());
    }

    private void site(SiteMap map) {
        if (map.site() == Site.QUERY_KEY) {
            queryKey(map.reads(), map.writes());
            return;
        }
        columns(map.site(), map.reads());
        if (map.writes() != null) {
            write(map.site(), map.writes());
        }
    }

    private void columns(Site site, ChannelMap map) {
        for (BlockTensor reader : BlockSites.readers(site)) {
            tensors.put(reader, map.columns(kernels, tensor(reader)));
        }
    }

    private void write(Site site, ChannelMap map) {
        switch (site) {
            case QKV -> vector(BlockTensor.INPUT_NORM, map);
            case GATE_UP -> vector(BlockTensor.POST_ATTENTION_NORM, map);
            case O -> rows(BlockTensor.VALUE, map);
            case DOWN -> {
                rows(BlockTensor.UP, map);
                if (map instanceof Permutation) {
                    rows(BlockTensor.GATE, map);
                }
            }
            case QUERY_KEY -> throw new IllegalArgumentException("queries and keys are folded together");
        }
    }

    /** Keys through {@code writes}, queries through {@code reads}; into the head norms where there are any, for they undo the rest. */
    private void queryKey(ChannelMap reads, @Nullable ChannelMap writes) {
        if (writes == null) {
            throw new IllegalArgumentException("a map of queries and keys is always folded");
        }
        if (tensors.containsKey(BlockTensor.KEY_NORM)) {
            vector(BlockTensor.QUERY_NORM, reads);
            vector(BlockTensor.KEY_NORM, writes);
        } else {
            rows(BlockTensor.QUERY, reads);
            rows(BlockTensor.KEY, writes);
        }
    }

    /** A linear's outputs, bias included. */
    private void rows(BlockTensor linear, ChannelMap map) {
        tensors.put(linear, map.rows(kernels, tensor(linear)));
        BlockTensor bias = linear.bias();
        if (bias != null && tensors.containsKey(bias)) {
            vector(bias, map);
        }
    }

    private void vector(BlockTensor name, ChannelMap map) {
        tensors.put(name, map.bias(kernels, tensor(name)));
    }

    private NDArray tensor(BlockTensor name) {
        NDArray tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("the block lacks " + name.suffix());
        }
        return tensor;
    }
}
