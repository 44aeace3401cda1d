package io.bisup.demo.train;

import ai.djl.ndarray.NDScope;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.model.TokenScores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Perplexity by the GPTQ protocol (Frantar et al., 2023): the whole text as one sequence, cut into windows that do not
 * overlap, the rest dropped; the exponential of the mean over all predictions within windows.
 *
 * @param perplexity exp of the mean negative log-likelihood
 * @param windows number of windows
 */
public record WindowPerplexity(double perplexity, int windows) {
    /**
     * Measures at most {@code limit} windows.
     *
     * @param ids the whole text's token ids, with BOS where the tokenizer puts it
     */
    public static WindowPerplexity measure(LanguageModel model, long[] ids, int window, int limit) {
        List<long[]> windows = new ArrayList<>();
        for (int start = 0; start + window <= ids.length && windows.size() < limit; start += window) {
            windows.add(Arrays.copyOfRange(ids, start, start + window));
        }
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            double nats = model.score(windows).stream()
                    .mapToDouble(TokenScores::negativeLogLikelihood)
                    .sum();
            return new WindowPerplexity(Math.exp(nats / (windows.size() * (window - 1.0))), windows.size());
        }
    }
}
