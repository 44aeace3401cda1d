package io.bisup.contract;

import org.jspecify.annotations.Nullable;

/**
 * How the artifact's error grows from block to block and spreads from token to token, to be measured.
 *
 * @param dataset name of a registered data set
 * @param propagation windows to average over, from the data set's start; 8 unless told
 * @param window tokens per window, up to the model's context
 */
public record PropagationSpec(String dataset, @Nullable Integer propagation, int window) implements EvaluationSpec {

    /** Windows unless told. */
    public static final int WINDOWS = 8;

    public PropagationSpec {
        Check.name(dataset, "dataset");
        propagation = propagation == null ? WINDOWS : propagation;
        Check.range(propagation, 1, 1024, "propagation");
        Check.range(window, 2, 1_048_576, "window");
    }

    /** Windows to average over. */
    public int windows() {
        return propagation == null ? WINDOWS : propagation;
    }
}
