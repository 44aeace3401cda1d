package io.bisup.llm.artifact;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.Json;
import io.bisup.contract.recipe.LowRank;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.plan.BlockPlan;
import io.bisup.llm.plan.Planner;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Sidecars of layout 1 (release 0.1.0), whose recipe said how the tensors are to be read. */
final class FirstLayout {

    private FirstLayout() {}

    static boolean isIn(String sidecar) {
        return tree(sidecar).path("formatVersion").asInt() == 1;
    }

    /** The sidecar as this release writes it. */
    static ArtifactConfig read(String sidecar, DecoderConfig config) {
        JsonNode tree = tree(sidecar);
        Recipe recipe = Json.read(tree.path("recipe").toString(), Recipe.class);
        List<Long> prefix = new ArrayList<>();
        tree.path("prefixTokenIds").forEach(id -> prefix.add(id.asLong()));
        return ArtifactConfig.of(
                layout(Planner.require(recipe, config)),
                recipe,
                prefix,
                tree.path("calibrationSha256").asText(),
                tree.path("sourceSha256").asText());
    }

    /** No maps, keys after RoPE, layers alike: there was nothing else. */
    private static BlockLayout layout(BlockPlan plan) {
        Map<Site, BlockLayout.InputLayout> inputs = new EnumMap<>(Site.class);
        for (Site site : BlockSites.INPUTS) {
            inputs.put(site, new BlockLayout.InputLayout(List.of(), plan.inputSegments(site)));
        }
        return new BlockLayout(
                inputs,
                plan.weightSegments(0),
                Map.of(),
                new BlockLayout.CacheLayout(plan.cache().keys(), plan.cache().values(), false, null),
                LowRank.Reads.EXACT);
    }

    private static JsonNode tree(String sidecar) {
        try {
            return Json.mapper().readTree(sidecar);
        } catch (JsonProcessingException e) {
            throw new InvalidSpecException("", "is no JSON: " + e.getOriginalMessage(), "make the artifact again");
        }
    }
}
