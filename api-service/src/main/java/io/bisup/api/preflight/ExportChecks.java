package io.bisup.api.preflight;

import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.ExportFormat;
import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.Presets;
import io.bisup.contract.recipe.Obstacle;
import io.bisup.contract.recipe.Portability;
import io.bisup.contract.recipe.Precision;
import io.bisup.contract.recipe.Preset;
import io.bisup.contract.recipe.Recipe;
import io.bisup.export.Exports;
import io.bisup.export.format.ExportRefusedException;
import io.bisup.export.serve.Serving;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.platform.registry.RegisteredModel;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Where artifacts can be served, decided before anything is quantized or written. */
@ApplicationScoped
public class ExportChecks {

    private final Presets presets;
    private final StoredModels stored;

    ExportChecks(Presets presets, StoredModels stored) {
        this.presets = presets;
        this.stored = stored;
    }

    /** Whether artifacts of a recipe can be exported in each format, whatever the model. */
    public static List<ServedAs> serving(Recipe recipe) {
        return Arrays.stream(ExportFormat.values())
                .map(format -> Portability.of(recipe, format))
                .map(said -> serving(recipe, said, said.obstacles()))
                .toList();
    }

    /** Whether artifacts of a recipe made of this model can be exported in each format. */
    public static List<ServedAs> serving(Recipe recipe, DecoderConfig config) {
        return Arrays.stream(ExportFormat.values())
                .map(format -> serving(recipe, Portability.of(recipe, format), obstacles(format, recipe, config)))
                .toList();
    }

    /**
     * The same of a registered model.
     *
     * @throws io.bisup.api.problem.ProblemException when this release cannot read the model
     */
    public List<ServedAs> serving(Recipe recipe, RegisteredModel model) {
        return serving(recipe, config(model));
    }

    /**
     * Refuses a format in which an artifact cannot be exported.
     *
     * @param pointer JSON Pointer of the format in the request
     * @throws io.bisup.api.problem.ProblemException with an error for each obstacle
     */
    public void require(ExportFormat format, Recipe recipe, RegisteredModel model, String pointer) {
        Findings findings = new Findings();
        check(format, recipe, config(model), pointer, findings);
        findings.throwIfAny();
    }

    void check(ExportFormat format, Recipe recipe, DecoderConfig config, String pointer, Findings findings) {
        List<Obstacle> obstacles = obstacles(format, recipe, config);
        if (obstacles.isEmpty()) {
            return;
        }
        String instead = nearest(format, recipe, config)
                .map(name -> "; the nearest recipe that can is " + name)
                .orElse("; no recipe can");
        for (Obstacle obstacle : obstacles) {
            String place = obstacle.pointer().isEmpty() ? "" : obstacle.pointer() + ": ";
            findings.add(
                    ProblemKind.UNSUPPORTED_EXPORT,
                    pointer,
                    format.wireName() + " cannot say it: " + place + obstacle.reason(),
                    obstacle.remedy() + instead);
        }
    }

    private DecoderConfig config(RegisteredModel model) {
        try {
            return stored.inspect(model).config();
        } catch (ModelRefusedException e) {
            Findings findings = new Findings();
            findings.add(e.kind(), "", String.valueOf(e.getMessage()), e.remedy());
            findings.throwIfAny();
            throw e;
        }
    }

    private static ServedAs serving(Recipe recipe, Portability said, List<Obstacle> obstacles) {
        ExportFormat format = said.format();
        String command = obstacles.isEmpty() ? String.join(" ", Serving.arguments(format, recipe, "DIR")) : "";
        return new ServedAs(format, obstacles.isEmpty(), format.readers(), obstacles, command, said.notes());
    }

    private static List<Obstacle> obstacles(ExportFormat format, Recipe recipe, DecoderConfig config) {
        try {
            Exports.requirePossible(format, recipe, config);
            return List.of();
        } catch (ExportRefusedException e) {
            return e.obstacles();
        } catch (InvalidSpecException e) {
            return List.of(new Obstacle(e.field(), e.reason(), e.remedy()));
        }
    }

    private Optional<String> nearest(ExportFormat format, Recipe recipe, DecoderConfig config) {
        return presets.all().stream()
                .map(Preset::recipe)
                .filter(preset -> obstacles(format, preset, config).isEmpty())
                .min(Comparator.comparingInt(preset -> distance(preset.precision(), recipe.precision())))
                .map(Recipe::name);
    }

    /** Bits of weights count most: they are what the model's size was chosen by. */
    private static int distance(Precision one, Precision other) {
        return 100 * Math.abs(one.weights().bits() - other.weights().bits())
                + 10 * Math.abs(one.inputs().bits() - other.inputs().bits())
                + Math.abs(one.cache().keys().bits() - other.cache().keys().bits());
    }
}
