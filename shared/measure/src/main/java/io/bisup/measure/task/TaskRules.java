package io.bisup.measure.task;

import io.bisup.contract.BosRule;
import io.bisup.contract.Harness;
import org.jspecify.annotations.Nullable;

/**
 * How requests become tokens.
 *
 * @param harness which release of lm-evaluation-harness is followed
 * @param bos whether a begin-of-sequence token is put first
 * @param maxLength tokens that the model reads at most; null for its context
 */
public record TaskRules(
        Harness harness, BosRule bos, @Nullable Integer maxLength) {

    /** The newest release's. */
    public static final TaskRules DEFAULT = new TaskRules(Harness.V0_4_9_2, BosRule.AUTO, null);

    /** Tokens that a model of that context reads at most. */
    public int longest(int context) {
        return maxLength == null ? context : Math.min(maxLength, context);
    }
}
