package io.bisup.llm.plan;

import io.bisup.contract.recipe.Learning;
import io.bisup.contract.recipe.LowRank;
import io.bisup.contract.recipe.Prefix;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Transform;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.config.BlockTensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What can be learnt and compensated. */
final class LearningRules {

    private final BlockPlan plan;
    private final List<Refusal> refusals = new ArrayList<>();

    private LearningRules(BlockPlan plan) {
        this.plan = plan;
    }

    static List<Refusal> check(BlockPlan plan) {
        LearningRules rules = new LearningRules(plan);
        rules.compensation();
        rules.learning();
        rules.prefix();
        return rules.refusals;
    }

    private void compensation() {
        LowRank lowRank = plan.recipe().compensation();
        if (lowRank == null) {
            return;
        }
        if (!plan.quantizesWeights()) {
            refuse(
                    "/compensation",
                    "there is no weight error to reconstruct at 16 bits",
                    "leave it out or quantize weights");
        }
        if (lowRank.start() == LowRank.Start.ZERO && !plan.learns(Learning.Space.LOW_RANK)) {
            refuse(
                    "/compensation/start",
                    "a branch that starts at zero and is not learnt does nothing",
                    "whitened_svd");
        }
        rank(lowRank);
        if (lowRank.outliers() > 0 && plan.recipe().learning() != null) {
            refuse("/compensation/outliers", "outlier columns are carried by untrained branches only", "0");
        }
    }

    private void rank(LowRank lowRank) {
        for (BlockTensor linear : BlockSites.LINEARS) {
            long narrow = Collections.min(linear.shape(plan.config()));
            if (lowRank.rank() > narrow) {
                refuse(
                        "/compensation/rank",
                        "rank " + lowRank.rank() + " exceeds the narrow side " + narrow + " of " + linear.suffix(),
                        "a rank of at most " + narrow);
                return;
            }
        }
    }

    private void learning() {
        Recipe recipe = plan.recipe();
        Learning learning = recipe.learning();
        if (learning == null) {
            return;
        }
        boolean weights = plan.quantizesWeights();
        boolean inputs = recipe.precision().inputs().quantizes();
        boolean cache = plan.cache().quantizes();
        boolean anything = learning.of().stream().anyMatch(space -> switch (space) {
            case RANGES -> weights || inputs || cache;
            case WEIGHT_RANGES -> weights;
            case INPUT_RANGES -> inputs;
            case CACHE_RANGES -> cache;
            case TRANSFORMS -> plan.has(Transform.Smooth.class);
            case LOW_RANK -> recipe.compensation() != null;
        });
        if (!anything) {
            refuse(
                    "/learning/of",
                    "has nothing to learn",
                    "quantize something, smooth, or add compensation; or leave learning out");
        }
    }

    private void prefix() {
        if (plan.recipe().prefix() instanceof Prefix.Tokens tokens) {
            for (long id : tokens.ids()) {
                if (id < 0 || id >= plan.config().vocabSize()) {
                    refuse(
                            "/prefix/tokens/ids",
                            id + " is outside the vocabulary",
                            "ids from 0 to " + (plan.config().vocabSize() - 1));
                }
            }
        }
    }

    private void refuse(String pointer, String reason, String nearest) {
        refusals.add(new Refusal(pointer, reason, nearest));
    }
}
