package io.bisup.bench.methods;

import io.bisup.contract.Presets;
import io.bisup.contract.recipe.Calibration;
import io.bisup.contract.recipe.Need;
import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.config.DecoderConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rows that a command asks for.
 *
 * @param recipes presets and documents of one's own
 * @param calibrations texts to calibrate on; a recipe that reads none is measured once, with the first
 * @param evaluation texts to measure on; the first also tells the divergence
 * @param samples calibration windows
 * @param length tokens of each
 * @param seeds repetitions of a recipe that learns, each with windows of its own
 * @param window tokens of every evaluation window
 * @param tasks to score on; none for texts alone
 * @param documents of each task, from the first
 * @param device cpu or cuda:N
 * @param code version of all that computes
 */
record Campaign(
        List<Recipe> recipes,
        List<TextFile> calibrations,
        List<TextFile> evaluation,
        int samples,
        int length,
        int seeds,
        int window,
        List<TaskFile> tasks,
        int documents,
        String device,
        String code) {
    Campaign {
        recipes = List.copyOf(recipes);
        calibrations = List.copyOf(calibrations);
        evaluation = List.copyOf(evaluation);
        tasks = List.copyOf(tasks);
    }

    /** The rows of one model, simple methods first, the untrained rows of the others' sizes last. */
    List<PlannedRow> rows(Path model, ModelId id, @Nullable String systemPrompt) {
        DecoderConfig config = DecoderConfig.read(model);
        Calibration windows = new Calibration(samples, length, 0);
        List<Recipe> fitted = new ArrayList<>();
        for (Recipe recipe : recipes) {
            fitted.add(FittedRecipe.of(recipe, windows, config.hiddenSize()));
        }
        for (Recipe wider : new SameSize(Presets.load(), config).of(fitted)) {
            if (fitted.stream().noneMatch(recipe -> recipe.name().equals(wider.name()))) {
                fitted.add(wider.withCalibration(windows));
            }
        }
        return fitted.stream()
                .flatMap(recipe -> rows(recipe, model, id, systemPrompt).stream())
                .toList();
    }

    private List<PlannedRow> rows(Recipe recipe, Path model, ModelId id, @Nullable String systemPrompt) {
        Set<Need> needs = Need.of(recipe);
        int repetitions = needs.contains(Need.TRAINING) ? seeds : 1;
        int texts = needs.contains(Need.CALIBRATION) ? calibrations.size() : 1;
        List<PlannedRow> rows = new ArrayList<>();
        for (TextFile text : calibrations.subList(0, texts)) {
            for (int seed = 0; seed < repetitions; seed++) {
                Recipe seeded = recipe.withCalibration(new Calibration(samples, length, seed));
                rows.add(row(model, id, systemPrompt, seeded, text));
            }
        }
        return rows;
    }

    private PlannedRow row(Path model, ModelId id, @Nullable String systemPrompt, Recipe recipe, TextFile text) {
        List<TextId> texts = evaluation.stream().map(TextFile::id).toList();
        List<TaskId> asked = tasks.stream().map(task -> task.id(documents)).toList();
        RowKey key = new RowKey(id, recipe, text.id(), systemPrompt, texts, window, asked, device, code);
        return new PlannedRow(key, model, text, evaluation, tasks);
    }
}
