package io.bisup.api.preflight;

import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.contract.recipe.LowRank;
import io.bisup.contract.recipe.Prefix;
import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.quant.BlockFormats;
import java.util.List;

/** Whether this release can apply the recipe to a model of this shape. */
final class RecipeChecks {

    private static final List<BlockTensor> LINEARS = List.of(
            BlockTensor.QUERY,
            BlockTensor.KEY,
            BlockTensor.VALUE,
            BlockTensor.OUTPUT,
            BlockTensor.GATE,
            BlockTensor.UP,
            BlockTensor.DOWN);

    private RecipeChecks() {}

    static void check(QuantizationJobSpec spec, Recipe recipe, Inspection model, Findings findings) {
        checkFormats(spec, recipe, model.config(), findings);
        checkRank(spec, recipe, model.config(), findings);
        checkPrefix(spec, recipe, model, findings);
    }

    private static void checkFormats(QuantizationJobSpec spec, Recipe recipe, DecoderConfig config, Findings findings) {
        try {
            BlockFormats.of(recipe).check(config);
        } catch (InvalidSpecException e) {
            findings.add(ProblemKind.UNSUPPORTED_RECIPE, pointer(spec, e.field()), at(spec, e), e.remedy());
        }
    }

    /** A field that is not in the document is named in the message. */
    private static String at(QuantizationJobSpec spec, InvalidSpecException e) {
        return pointer(spec, e.field()).endsWith(e.field())
                ? e.reason()
                : e.field().substring(1).replace('/', '.') + " " + e.reason();
    }

    private static void checkRank(QuantizationJobSpec spec, Recipe recipe, DecoderConfig config, Findings findings) {
        LowRank branches = recipe.compensation();
        if (branches == null) {
            return;
        }
        int rank = branches.rank();
        for (BlockTensor linear : LINEARS) {
            long narrow = linear.shape(config).stream()
                    .mapToLong(Long::longValue)
                    .min()
                    .orElseThrow();
            if (rank > narrow) {
                findings.add(
                        ProblemKind.UNSUPPORTED_RECIPE,
                        pointer(spec, "/compensation/rank"),
                        "rank " + rank + " exceeds the narrow side " + narrow + " of " + linear.suffix(),
                        "use a rank of at most " + narrow);
                return;
            }
        }
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
