package io.bisup.llm.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.kernel.ScoreKernels;
import java.util.Arrays;
import java.util.OptionalInt;

/** Continues a text with the most probable token, again and again. */
public final class GreedyDecoder {
    private final LanguageModel model;
    private final OptionalInt stop;

    /** A decoder that ends after the token {@code stop}, if one is given. */
    public GreedyDecoder(LanguageModel model, OptionalInt stop) {
        this.model = model;
        this.stop = stop;
    }

    /** The prompt followed by at most {@code limit} tokens. */
    public long[] continueFrom(long[] prompt, int limit) {
        long[] ids = Arrays.copyOf(prompt, prompt.length + limit);
        int length = prompt.length;
        try (KeyValueCache cache = model.newCache()) {
            long[] fresh = prompt;
            while (length < ids.length) {
                long next = next(fresh, cache);
                ids[length++] = next;
                if (stop.isPresent() && next == stop.getAsInt()) {
                    break;
                }
                fresh = new long[] {next};
            }
        }
        return Arrays.copyOf(ids, length);
    }

    private long next(long[] fresh, KeyValueCache cache) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray logits = model.forward(fresh, cache);
            return ScoreKernels.nextToken(model.runtime().kernels(), logits);
        }
    }
}
