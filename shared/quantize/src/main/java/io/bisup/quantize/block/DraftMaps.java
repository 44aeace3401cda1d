package io.bisup.quantize.block;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.fold.SiteMap;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.transform.ChannelMap;
import io.bisup.llm.transform.Permutation;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The maps of a block's sites as the stages find them, in the order in which they act: constant ones, and smoothing with its θ. */
public final class DraftMaps {

    private final TensorOwner owner;
    private final List<DraftMap> maps = new ArrayList<>();

    DraftMaps(TensorOwner owner) {
        this.owner = owner;
    }

    /** A map of the block: constant, or with something to learn. */
    private sealed interface DraftMap {

        record Constant(SiteMap map) implements DraftMap {}

        record Learnt(Smoothing smoothing) implements DraftMap {}
    }

    /** Appends a constant map that somebody else closes. */
    public void append(SiteMap map) {
        maps.add(new DraftMap.Constant(map));
    }

    /**
     * Appends a permutation, the draft's from here on.
     *
     * @param folded whether the producer's rows are permuted, so that nothing is left to do at run time
     */
    public void append(Site site, Permutation permutation, boolean folded) {
        owner.own(permutation);
        append(folded ? new SiteMap(site, permutation, permutation) : SiteMap.online(site, permutation));
    }

    /** Puts smoothing before the permutations of its site, so that producers can be divided; its tensors are the draft's. */
    public void append(Smoothing smoothing) {
        owner.own(smoothing.parameter());
        smoothing.form().constants().forEach(owner::own);
        int at = 0;
        while (at < maps.size() && permutation(maps.get(at), smoothing.site()) == null) {
            at++;
        }
        maps.add(at, new DraftMap.Learnt(smoothing));
    }

    /** The permutation of a site, or null. */
    public @Nullable Permutation permutation(Site site) {
        for (DraftMap map : maps) {
            Permutation permutation = permutation(map, site);
            if (permutation != null) {
                return permutation;
            }
        }
        return null;
    }

    private static @Nullable Permutation permutation(DraftMap map, Site site) {
        return map instanceof DraftMap.Constant(SiteMap constant)
                        && constant.site() == site
                        && constant.reads() instanceof Permutation permutation
                ? permutation
                : null;
    }

    /**
     * θ of all smoothed sites in the order of the maps, of the shapes in {@link Smoothing.Form}; they stay the draft's.
     */
    public List<NDArray> smoothingParameters() {
        return maps.stream()
                .filter(DraftMap.Learnt.class::isInstance)
                .map(map -> ((DraftMap.Learnt) map).smoothing().parameter())
                .toList();
    }

    /** The maps, those of smoothing at the present θ. */
    List<SiteMap> at(KernelCalls kernels, DecoderConfig config) {
        return maps.stream()
                .map(map -> switch (map) {
                    case DraftMap.Constant constant -> constant.map();
                    case DraftMap.Learnt learnt -> learnt.smoothing().map(kernels, config);
                })
                .toList();
    }

    /** What is left of maps to do at run time, by site. */
    static Map<Site, List<ChannelMap>> online(List<SiteMap> maps) {
        Map<Site, List<ChannelMap>> online = new EnumMap<>(Site.class);
        for (SiteMap map : maps) {
            if (!map.isFolded()) {
                online.computeIfAbsent(map.site(), site -> new ArrayList<>()).add(map.reads());
            }
        }
        return online;
    }
}
