package io.bisup.measure;

import io.bisup.contract.PerplexityResult;
import io.bisup.contract.PerplexitySpec;
import io.bisup.data.TextDataset;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.model.TokenScores;
import io.bisup.llm.token.Tokenizer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures perplexity as GPTQ's script and its many descendants do: the mean negative log-likelihood of each window's
 * tokens but the first, from float32 logits; the exponential of the mean over windows. No begin-of-sequence token is put
 * before windows after the first.
 */
public final class Perplexity {

    /** Largest size of the hidden states held at once; a model read block by block is read once for as many windows. */
    private static final long DEFAULT_ACTIVATION_BYTES = 1L << 30;

    private final LanguageModel model;
    private final List<Long> prefixIds;
    private final Tokenizer tokenizer;
    private final Clock clock;
    private final long activationBytes;

    /** @param prefixIds token ids of the prefix that the model stands behind; empty if it has none */
    public Perplexity(LanguageModel model, List<Long> prefixIds, Tokenizer tokenizer, Clock clock) {
        this(model, prefixIds, tokenizer, clock, DEFAULT_ACTIVATION_BYTES);
    }

    Perplexity(LanguageModel model, List<Long> prefixIds, Tokenizer tokenizer, Clock clock, long activationBytes) {
        this.model = model;
        this.prefixIds = List.copyOf(prefixIds);
        this.tokenizer = tokenizer;
        this.clock = clock;
        this.activationBytes = activationBytes;
    }

    /**
     * Measures one protocol on one data set.
     *
     * @throws DatasetException if the data set does not fit the protocol or the tokenizer does not fit the model
     */
    public PerplexityResult measure(
            TextDataset dataset, PerplexitySpec.Protocol protocol, int window, Progress progress) {
        WindowChecks.requireFits(model, prefixIds, window);
        Instant start = clock.instant();
        PrefixRule rule = PrefixRule.of(prefixIds, tokenizer);
        WindowSet cut = new WindowCutter(tokenizer, rule.special()).cut(dataset, protocol, window);
        WindowChecks.requireKnown(model, cut, dataset);
        List<Double> losses = losses(cut.windows(), progress);
        return new PerplexityResult(
                dataset.name(),
                dataset.sha256(),
                dataset.format(),
                protocol,
                window,
                cut.tokens(),
                cut.windows().size(),
                rule.bos(),
                rule.prefixSha256(),
                model.runtime().compute().toString(),
                CodeVersion.CURRENT,
                Math.exp(losses.stream().mapToDouble(loss -> loss).sum() / losses.size()),
                Duration.between(start, clock.instant()).toMillis() / 1e3,
                losses);
    }

    /** Of each window the mean over its predictions, in nats per token. */
    private List<Double> losses(List<long[]> windows, Progress progress) {
        int batch = batchSize(windows.getFirst().length);
        PassProgress passes =
                new PassProgress(progress, windows.size(), model.config().layers() + 1);
        List<Double> losses = new ArrayList<>();
        for (int first = 0; first < windows.size(); first += batch) {
            int end = Math.min(windows.size(), first + batch);
            for (TokenScores scores : model.score(windows.subList(first, end), passes::step)) {
                losses.add(scores.negativeLogLikelihood() / scores.logProbabilities().length);
            }
        }
        return losses;
    }

    private int batchSize(int window) {
        long bytes = (long) window * model.config().hiddenSize() * Float.BYTES;
        return (int) Math.clamp(activationBytes / bytes, 1, Integer.MAX_VALUE);
    }
}
