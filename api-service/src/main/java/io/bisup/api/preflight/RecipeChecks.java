package io.bisup.api.preflight;

import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.contract.recipe.Prefix;
import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.plan.Plan;
import io.bisup.llm.plan.Planner;
import io.bisup.llm.plan.Refusal;

/** Whether this release can apply the recipe to a model of this shape. */
final class RecipeChecks {

    private RecipeChecks() {}

    static void check(QuantizationJobSpec spec, Recipe recipe, Inspection model, Findings findings) {
        checkPlan(spec, recipe, model.config(), findings);
        checkPrefix(spec, recipe, model, findings);
    }

    private static void checkPlan(QuantizationJobSpec spec, Recipe recipe, DecoderConfig config, Findings findings) {
        switch (Planner.plan(recipe, config)) {
            case Plan.Legal legal -> {}
            case Plan.Refused refused -> {
                for (Refusal refusal : refused.refusals()) {
                    findings.add(
                            ProblemKind.UNSUPPORTED_RECIPE,
                            pointer(spec, refusal.pointer()),
                            at(spec, refusal),
                            "use " + refusal.nearest());
                }
            }
        }
    }

    /** A field that is not in the document is named in the message. */
    private static String at(QuantizationJobSpec spec, Refusal refusal) {
        return pointer(spec, refusal.pointer()).endsWith(refusal.pointer())
                ? refusal.reason()
                : refusal.pointer().substring(1).replace('/', '.') + " " + refusal.reason();
    }

    private static void checkPrefix(QuantizationJobSpec spec, Recipe recipe, Inspection model, Findings findings) {
        if (!(recipe.prefix() instanceof Prefix.None) && !model.hasTokenizer()) {
            findings.add(
                    ProblemKind.UNSUPPORTED_RECIPE,
                    pointer(spec, "/prefix"),
                    "needs a tokenizer, but the model has no tokenizer.json",
                    "register the model together with its tokenizer.json, or use prefix: none");
        }
    }

    /** Where the recipe's field stands in the spec. */
    static String pointer(QuantizationJobSpec spec, String field) {
        return spec.recipe().pointer(field);
    }
}
