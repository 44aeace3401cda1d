package io.bisup.cli.local;

import io.bisup.cli.UserErrorException;
import io.bisup.contract.Json;
import io.bisup.contract.Presets;
import io.bisup.contract.recipe.Calibration;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.RecipeDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A recipe named on the command line: a preset or a YAML file, with parts of its calibration replaced. */
record LocalRecipe(
        String nameOrFile,
        @Nullable Integer samples,
        @Nullable Integer sequenceLength) {

    Recipe resolve() {
        Recipe recipe = read();
        Calibration given = recipe.calibration();
        return recipe.withCalibration(new Calibration(
                samples == null ? given.samples() : samples,
                sequenceLength == null ? given.sequenceLength() : sequenceLength,
                given.seed()));
    }

    private Recipe read() {
        Presets presets = Presets.load();
        Path file = Path.of(nameOrFile);
        if (!Files.isRegularFile(file)) {
            return presets.get(nameOrFile);
        }
        try {
            return Json.yaml(Files.readString(file), RecipeDocument.class).resolve(presets::get);
        } catch (IOException e) {
            throw new UserErrorException("cannot read recipe " + file + " (" + e.getMessage() + ")");
        }
    }
}
