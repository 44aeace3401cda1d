package io.bisup.llm.artifact;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.LowRank;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.plan.Segment;
import io.bisup.llm.transform.MapDescription;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the tensors of a block's file are to be read; nothing else is needed to run it.
 *
 * @param inputs how each input reaches its linears
 * @param weights formats of each linear weight's columns, from left to right; an empty list: stored as it is
 * @param layers the same of the layers, counted from 0, whose weights are not all of those formats
 * @param cache how keys and values are stored
 * @param branches which input low-rank branches read; a branch is there where its tensors are
 */
public record BlockLayout(
        Map<Site, InputLayout> inputs,
        Map<BlockTensor, List<Segment>> weights,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<Integer, Map<BlockTensor, List<Segment>>> layers,
        CacheLayout cache,
        LowRank.Reads branches) {

    public BlockLayout {
        inputs = Map.copyOf(inputs);
        weights = Map.copyOf(weights);
        layers = layers == null ? Map.of() : Map.copyOf(layers);
    }

    /**
     * How an input reaches its linears.
     *
     * @param online maps applied at run time, in order
     * @param segments formats of its channels, from left to right; empty: read as it is
     */
    public record InputLayout(List<MapDescription> online, List<Segment> segments) {
        public InputLayout {
            online = List.copyOf(online);
            segments = List.copyOf(segments);
        }
    }

    /**
     * How keys and values are stored.
     *
     * @param beforeRope whether keys are quantized before rotary embedding
     * @param rotation of each head's keys while they are quantized, or null
     */
    public record CacheLayout(
            Format keys,
            Format values,
            boolean beforeRope,
            @Nullable MapDescription rotation) {}

    InputLayout input(Site site) {
        InputLayout layout = inputs.get(site);
        return layout == null ? new InputLayout(List.of(), List.of()) : layout;
    }

    List<Segment> weight(BlockTensor linear, int layer) {
        return layers.getOrDefault(layer, weights).getOrDefault(linear, List.of());
    }
}
