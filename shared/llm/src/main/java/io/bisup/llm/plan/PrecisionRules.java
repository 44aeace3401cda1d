package io.bisup.llm.plan;

import io.bisup.contract.recipe.CacheFormat.Offset;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Keepers;
import io.bisup.contract.recipe.Precision;
import io.bisup.contract.recipe.Range;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Rounding;
import io.bisup.contract.recipe.Scope;
import io.bisup.contract.recipe.Site;
import io.bisup.contract.recipe.Transform;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.TensorMap;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Which number formats a model can be stored and run in. */
final class PrecisionRules {

    private final BlockPlan plan;
    private final Precision precision;
    private final List<Refusal> refusals = new ArrayList<>();

    private PrecisionRules(BlockPlan plan) {
        this.plan = plan;
        this.precision = plan.recipe().precision();
    }

    static List<Refusal> check(BlockPlan plan) {
        PrecisionRules rules = new PrecisionRules(plan);
        rules.weights();
        rules.inputs();
        rules.cache();
        rules.keepers();
        rules.overrides();
        rules.ranges();
        rules.rounding();
        return rules.refusals;
    }

    private void weights() {
        scope("/precision/weights/scope", precision.weights(), "row or {columns: 128}");
        tiles();
    }

    private void inputs() {
        scope("/precision/inputs/scope", precision.inputs(), "row or {columns: 128}");
        if (precision.inputs().scope().sharedRows() > 1) {
            refuse("/precision/inputs/scope/rows", "tokens cannot share a scale", "rows: 1");
        }
    }

    private void scope(String pointer, Format format, String nearest) {
        if (!format.quantizes()) {
            return;
        }
        switch (format.scope()) {
            case Scope.Row row -> {}
            case Scope.Channels channels -> {}
            case Scope.Head head -> refuse(pointer, "'head' is a scope of the key-value cache", nearest);
            case Scope.Tensor tensor -> refuse(pointer, "one scale for a whole tensor is not built", nearest);
        }
    }

    private void tiles() {
        for (int layer = 0; layer < plan.config().layers(); layer++) {
            for (BlockTensor linear : BlockSites.LINEARS) {
                Format format = plan.formats().of(layer, linear);
                long out = linear.shape(plan.config()).getFirst();
                if (format.quantizes() && out % format.scope().sharedRows() != 0) {
                    String pattern = plan.formats().pattern(layer, linear);
                    String at = pattern == null ? "weights" : "overrides/" + pattern;
                    refuse(
                            "/precision/" + at + "/scope/rows",
                            "does not divide the " + out + " rows of " + linear.suffix(),
                            "rows: 1");
                    return;
                }
            }
        }
    }

    private void cache() {
        head("/precision/cache/keys/scope", precision.cache().keys());
        head("/precision/cache/values/scope", precision.cache().values());
        if (plan.cache().offset() == Offset.BIAS && !plan.config().attentionBias()) {
            refuse("/precision/cache/offset", "the model's keys have no bias", "mean");
        }
        if (plan.cache().offset() == Offset.BIAS && !plan.cache().beforeRope()) {
            refuse(
                    "/precision/cache/offset",
                    "a bias is a constant of each channel only before RoPE",
                    "place: before_rope, or offset: mean");
        }
    }

    private void head(String pointer, Format format) {
        if (format.quantizes() && !(format.scope() instanceof Scope.Head)) {
            refuse(pointer, "the cache has one scale per head and token", "head");
        }
    }

    private void keepers() {
        Keepers keepers = precision.keepers();
        if (keepers == null) {
            return;
        }
        if (!plan.has(Transform.Reorder.class)) {
            refuse(
                    "/precision/keepers",
                    "without a reordering the last channels are no outliers",
                    "add a reorder transform");
        }
        for (Site site : BlockSites.INPUTS) {
            if (keepers.channels() >= plan.width(site)) {
                refuse(
                        "/precision/keepers/channels",
                        "keeps all of the " + plan.width(site) + " channels of "
                                + site.name().toLowerCase(java.util.Locale.ROOT),
                        "at most " + (plan.width(site) - 1));
                return;
            }
        }
    }

    private void overrides() {
        new TreeMap<>(precision.overrides()).forEach((pattern, format) -> {
            String at = "/precision/overrides/" + pattern;
            if (!plan.formats().matchesAny(pattern)) {
                refuse(at, "'" + pattern + "' matches no linear of a block", linears());
            } else if (plan.formats().isAmbiguous(pattern)) {
                refuse(
                        at,
                        "another pattern of as many characters gives a weight that '" + pattern
                                + "' matches another format",
                        "the longer pattern counts: write one of the two out");
            }
            scope(at + "/scope", format, "row or {columns: 128}");
        });
    }

    private String linears() {
        TensorMap names = TensorMap.of(plan.config());
        return "one of " + BlockSites.LINEARS.stream().map(BlockPlan::role).toList() + ", or a pattern of modules from "
                + WeightFormats.module(names, 0, BlockSites.LINEARS.getFirst()) + " to "
                + WeightFormats.module(names, plan.config().layers() - 1, BlockSites.LINEARS.getLast());
    }

    private void ranges() {
        Recipe recipe = plan.recipe();
        range("/ranges/weights", recipe.ranges().weights(), plan.quantizesWeights());
        range("/ranges/inputs", recipe.ranges().inputs(), precision.inputs().quantizes());
        range("/ranges/cache", recipe.ranges().cache(), plan.cache().quantizes());
    }

    private void range(String pointer, Range range, boolean quantized) {
        if (!quantized && !(range instanceof Range.Full)) {
            refuse(pointer, "has no range to clip at 16 bits", "full, or fewer bits");
        }
    }

    private void rounding() {
        switch (plan.recipe().rounding()) {
            case Rounding.Nearest nearest -> {}
            case Rounding.Gptq gptq -> {
                if (!plan.quantizesWeights()) {
                    refuse("/rounding", "there is nothing to round at 16 bits", "leave it out");
                }
            }
        }
    }

    private void refuse(String pointer, String reason, String nearest) {
        refusals.add(new Refusal(pointer, reason, nearest));
    }
}
