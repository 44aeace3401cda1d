package io.bisup.bench.methods;

import io.bisup.contract.recipe.Calibration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What rows have in common that may stand beside one another: two protocols never share a column.
 *
 * @param model that was quantized
 * @param evaluation texts it was measured on
 * @param window tokens of every window of these
 * @param samples calibration windows
 * @param length tokens of each
 * @param systemPrompt text of the prefix where a recipe asks for one; null for the start token
 * @param device cpu or cuda:N
 * @param dtype in which matrix products were computed
 */
record Conditions(
        ModelId model,
        List<TextId> evaluation,
        int window,
        int samples,
        int length,
        @Nullable String systemPrompt,
        String device,
        String dtype) {

    static Conditions of(ResultRow row) {
        RowKey key = row.key();
        Calibration windows = key.recipe().calibration();
        return new Conditions(
                key.model(),
                key.evaluation(),
                key.window(),
                windows.samples(),
                windows.sequenceLength(),
                key.systemPrompt(),
                key.device(),
                row.dtype());
    }

    /** Whether a baseline was measured under these. */
    boolean hold(Baseline baseline) {
        return baseline.model().equals(model)
                && evaluation.contains(baseline.text())
                && baseline.window() == window
                && baseline.device().equals(device);
    }
}
