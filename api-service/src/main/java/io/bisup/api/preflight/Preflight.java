package io.bisup.api.preflight;

import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.Presets;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.platform.registry.ModelRegistry;
import io.bisup.platform.registry.RegisteredModel;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Refuses what cannot run before it is queued, naming each field at fault with a cause and a remedy. */
@ApplicationScoped
public class Preflight {

    private final Presets presets;
    private final ModelRegistry models;
    private final StoredModels stored;
    private final DatasetChecks datasets;
    private final ExportChecks exports;
    private final LimitChecks limits;

    Preflight(
            Presets presets,
            ModelRegistry models,
            StoredModels stored,
            DatasetChecks datasets,
            ExportChecks exports,
            LimitChecks limits) {
        this.presets = presets;
        this.models = models;
        this.stored = stored;
        this.datasets = datasets;
        this.exports = exports;
        this.limits = limits;
    }

    /**
     * Resolves the spec's names among the tenant's and checks that everything fits.
     *
     * @throws io.bisup.api.problem.ProblemException with one error per field at fault
     * @throws io.bisup.contract.InvalidSpecException when the recipe is no preset
     */
    public Resolved check(String tenant, QuantizationJobSpec spec) {
        Recipe recipe = spec.resolvedRecipe(presets);
        Findings findings = new Findings();
        limits.check(spec, findings);
        DatasetChecks.Found data = datasets.check(tenant, spec, recipe, findings);
        Optional<RegisteredModel> model = models.find(tenant, spec.model());
        Optional<DecoderConfig> config = model.flatMap(found -> checkModel(spec, recipe, found, findings));
        if (model.isEmpty()) {
            findings.add(
                    ProblemKind.MODEL_NOT_FOUND,
                    "/model",
                    "'" + spec.model() + "' is not registered",
                    "register it with POST /v1/models, or see GET /v1/models for those there are");
        }
        findings.throwIfAny();
        return new Resolved(
                recipe,
                model.orElseThrow(),
                config.orElseThrow(),
                data.calibration().orElseThrow(),
                data.evaluation());
    }

    /** Its shape, when this release can read it. */
    private Optional<DecoderConfig> checkModel(
            QuantizationJobSpec spec, Recipe recipe, RegisteredModel model, Findings findings) {
        try {
            Inspection inspection = stored.inspect(model);
            if (inspection.quantizedBy() != null) {
                findings.add(
                        ProblemKind.UNSUPPORTED_ARCHITECTURE,
                        "/model",
                        "'" + model.name() + "' is quantized already, in the format " + inspection.quantizedBy()
                                + ": such a model can be evaluated, not quantized again",
                        "register the original 16 or 32-bit checkpoint and use that, or measure this one with"
                                + " POST /v1/evaluation-jobs");
                return Optional.empty();
            }
            RecipeChecks.check(spec, recipe, inspection, findings);
            LengthChecks.check(spec, recipe, inspection.config(), findings);
            for (int i = 0; i < spec.exports().size(); i++) {
                exports.check(spec.exports().get(i), recipe, inspection.config(), "/exports/" + i, findings);
            }
            return Optional.of(inspection.config());
        } catch (ModelRefusedException e) {
            findings.add(e.kind(), "/model", String.valueOf(e.getMessage()), e.remedy());
            return Optional.empty();
        }
    }
}
