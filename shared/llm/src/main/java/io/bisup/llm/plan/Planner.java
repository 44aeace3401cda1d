package io.bisup.llm.plan;

import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.config.DecoderConfig;
import java.util.ArrayList;
import java.util.List;

/** Decides whether a recipe can be done to a model; every refusal of every service and command comes from here. */
public final class Planner {

    private Planner() {}

    /** The plan of each block, or every reason why there is none. */
    public static Plan plan(Recipe recipe, DecoderConfig config) {
        BlockPlan plan = BlockPlan.of(recipe, config);
        List<Refusal> refusals = new ArrayList<>();
        refusals.addAll(TransformRules.check(plan));
        refusals.addAll(PrecisionRules.check(plan));
        refusals.addAll(LearningRules.check(plan));
        return refusals.isEmpty() ? new Plan.Legal(plan) : new Plan.Refused(refusals);
    }

    /**
     * The plan of each block.
     *
     * @throws InvalidSpecException with the first refusal
     */
    public static BlockPlan require(Recipe recipe, DecoderConfig config) {
        return switch (plan(recipe, config)) {
            case Plan.Legal legal -> legal.blocks();
            case Plan.Refused refused -> {
                Refusal first = refused.refusals().getFirst();
                throw new InvalidSpecException(first.pointer(), first.reason(), first.nearest());
            }
        };
    }
}
