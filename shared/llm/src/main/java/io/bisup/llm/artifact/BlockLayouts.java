package io.bisup.llm.artifact;

import io.bisup.contract.recipe.LowRank;
import io.bisup.contract.recipe.Site;
import io.bisup.contract.recipe.Transform;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.plan.BlockPlan;
import io.bisup.llm.plan.CachePlan;
import io.bisup.llm.plan.PlanRotations;
import io.bisup.llm.plan.Segment;
import io.bisup.llm.transform.ChannelMap;
import io.bisup.llm.transform.MapDescription;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The layout of the blocks that a plan makes. */
public final class BlockLayouts {

    private BlockLayouts() {}

    /** The layout of every block of the plan. */
    public static BlockLayout of(BlockPlan plan, PlanRotations rotations) {
        Map<Site, BlockLayout.InputLayout> inputs = new EnumMap<>(Site.class);
        for (Site site : BlockSites.INPUTS) {
            inputs.put(site, new BlockLayout.InputLayout(online(plan, rotations, site), plan.inputSegments(site)));
        }
        List<Map<BlockTensor, List<Segment>>> all = plan.weightSegments();
        Map<BlockTensor, List<Segment>> common =
                Collections.max(all, Comparator.comparingInt(weights -> Collections.frequency(all, weights)));
        Map<Integer, Map<BlockTensor, List<Segment>>> others = new TreeMap<>();
        for (int layer = 0; layer < all.size(); layer++) {
            if (!all.get(layer).equals(common)) {
                others.put(layer, all.get(layer));
            }
        }
        CachePlan cache = plan.cache();
        LowRank lowRank = plan.recipe().compensation();
        return new BlockLayout(
                inputs,
                common,
                others,
                new BlockLayout.CacheLayout(
                        cache.keys(), cache.values(), cache.beforeRope(), describe(rotations.keys())),
                lowRank == null ? LowRank.Reads.EXACT : lowRank.reads());
    }

    /** What is left to do at run time: see the stages that put these maps into a draft. */
    private static List<MapDescription> online(BlockPlan plan, PlanRotations rotations, Site site) {
        List<MapDescription> online = new ArrayList<>();
        for (Transform transform : plan.recipe().transforms()) {
            switch (transform) {
                case Transform.Reorder reorder -> {
                    if (site != Site.DOWN) {
                        online.add(MapDescription.of(MapDescription.Kind.PERMUTATION, plan.width(site)));
                    }
                }
                case Transform.Rotate rotate -> {
                    for (Transform.Rotate.Rotation of : rotate.of()) {
                        add(online, rotation(rotations, of, site));
                    }
                }
                case Transform.Smooth smooth -> {}
            }
        }
        return online;
    }

    private static @Nullable ChannelMap rotation(PlanRotations rotations, Transform.Rotate.Rotation of, Site site) {
        return switch (of) {
            case RESIDUAL, VALUE_HEADS -> null;
            case ACROSS_HEADS -> site == Site.O ? rotations.acrossHeads() : null;
            case DOWN -> site == Site.DOWN ? rotations.down() : null;
        };
    }

    private static void add(List<MapDescription> online, @Nullable ChannelMap map) {
        if (map != null) {
            online.add(map.describe());
        }
    }

    private static @Nullable MapDescription describe(@Nullable ChannelMap map) {
        return map == null ? null : map.describe();
    }
}
