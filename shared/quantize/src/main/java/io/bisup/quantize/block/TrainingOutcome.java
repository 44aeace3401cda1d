package io.bisup.quantize.block;

import java.util.List;

/**
 * What training a block did; losses are relative to the targets' mean square.
 *
 * @param before loss over the training samples at the start
 * @param after the same for the parameters that were kept
 * @param heldOutBefore loss over the held-out samples at the start; 0 without any
 * @param heldOutAfter the same for the parameters that were kept
 * @param notes guards that fired, in words
 */
public record TrainingOutcome(
        double before, double after, double heldOutBefore, double heldOutAfter, List<String> notes) {
    public TrainingOutcome {
        notes = List.copyOf(notes);
    }
}
