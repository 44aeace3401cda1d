package io.bisup.bench.methods;

/**
 * A perplexity of an FP model, kept so that it is measured once for all rows that stand on it.
 *
 * @param model that is measured
 * @param prefix digest of the token ids it stands behind, or "none"
 * @param text it is measured on
 * @param window tokens of every window
 * @param device cpu or cuda:N
 * @param code version of all that computes
 * @param perplexity of the model
 */
public record Baseline(
        ModelId model, String prefix, TextId text, int window, String device, String code, double perplexity) {

    /** The prefix of a model that stands behind none. */
    static final String NO_PREFIX = "none";

    /** Whether the model stands behind a prefix. */
    boolean hasPrefix() {
        return !prefix.equals(NO_PREFIX);
    }

    /** Whether this is the baseline of a row's text behind a prefix. */
    boolean serves(RowKey key, TextId asked, String behind) {
        return model.equals(key.model())
                && prefix.equals(behind)
                && text.equals(asked)
                && window == key.window()
                && device.equals(key.device())
                && code.equals(key.code());
    }
}
