package io.bisup.bench.methods;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.bisup.contract.recipe.Calibration;
import io.bisup.contract.recipe.Recipe;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a row's figures depend on: two rows of one key are one row.
 *
 * @param model that is quantized
 * @param recipe whole, with the number, length and seed of its calibration windows
 * @param calibration text that the windows are drawn from
 * @param systemPrompt text of the prefix where the recipe asks for one; null for the start token
 * @param evaluation texts that it is measured on
 * @param window tokens of every window of these
 * @param tasks that it is scored on; none unless asked for
 * @param device cpu or cuda:N
 * @param code version of all that computes
 */
public record RowKey(
        ModelId model,
        Recipe recipe,
        TextId calibration,
        @Nullable String systemPrompt,
        List<TextId> evaluation,
        int window,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<TaskId> tasks,
        String device,
        String code) {
    public RowKey {
        evaluation = List.copyOf(evaluation);
        tasks = tasks == null ? List.of() : List.copyOf(tasks);
    }

    /** The same but for the version of the code. */
    boolean sameButCode(RowKey other) {
        return equals(other.ofCode(code));
    }

    private RowKey ofCode(String version) {
        return new RowKey(model, recipe, calibration, systemPrompt, evaluation, window, tasks, device, version);
    }

    /** The same question but for the seed: such rows are told as one, with their spread. */
    RowKey withoutSeed() {
        Calibration windows = recipe.calibration();
        Recipe unseeded = recipe.withCalibration(new Calibration(windows.samples(), windows.sequenceLength(), 0));
        return new RowKey(model, unseeded, calibration, systemPrompt, evaluation, window, tasks, device, code);
    }
}
