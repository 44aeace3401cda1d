package io.bisup.measure.task;

import java.util.Arrays;

/**
 * A request as tokens.
 *
 * @param tokens context and continuation, cut from the left to what the model can read plus one
 * @param scored how many of the last tokens belong to the continuation
 */
@SuppressWarnings("ArrayRecordComponent") // short-lived, never compared
record EncodedRequest(long[] tokens, int scored) {

    /** What the model reads: all but the last token. */
    int inputLength() {
        return tokens.length - 1;
    }

    /** How many tokens of the input two requests share from the start. */
    int sharedWith(EncodedRequest other) {
        int end = Math.min(inputLength(), other.inputLength());
        int difference = Arrays.mismatch(tokens, 0, end, other.tokens, 0, end);
        return difference < 0 ? end : difference;
    }
}
