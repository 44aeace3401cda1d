package io.bisup.bench.methods;

import io.bisup.contract.recipe.Calibration;
import java.util.List;

/**
 * What rows have in common that may stand beside one another: two protocols never share a column. Prefixes may differ: a
 * row's loss is counted from the full-precision model behind its own.
 *
 * @param model that was quantized
 * @param evaluation texts it was measured on
 * @param window tokens of every window of these
 * @param samples calibration windows
 * @param length tokens of each
 * @param device cpu or cuda:N
 * @param dtype in which matrix products were computed
 */
record Conditions(
        ModelId model, List<TextId> evaluation, int window, int samples, int length, String device, String dtype) {

    static Conditions of(ResultRow row) {
        RowKey key = row.key();
        Calibration windows = key.recipe().calibration();
        return new Conditions(
                key.model(),
                key.evaluation(),
                key.window(),
                windows.samples(),
                windows.sequenceLength(),
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
