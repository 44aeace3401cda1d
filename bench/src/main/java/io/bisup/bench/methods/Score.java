package io.bisup.bench.methods;

import org.jspecify.annotations.Nullable;

/**
 * What a row scores on one text.
 *
 * @param text its name
 * @param perplexity of the quantized model
 * @param exact perplexity of the FP model behind the same prefix
 * @param kl mean divergence from the FP model, nats a token; null where it is not measured
 * @param sameTop share of positions where both models' most probable token is the same; null as {@code kl}
 */
public record Score(
        String text,
        double perplexity,
        double exact,
        @Nullable Double kl,
        @Nullable Double sameTop) {

    /** ln of how many times the FP model's perplexity it is: what the recipe lost, in nats a token. */
    double loss() {
        return Math.log(perplexity / exact);
    }
}
