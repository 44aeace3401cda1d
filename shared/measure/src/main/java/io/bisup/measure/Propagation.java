package io.bisup.measure;

import io.bisup.contract.PerplexitySpec;
import io.bisup.contract.PropagationResult;
import io.bisup.contract.PropagationResult.Bin;
import io.bisup.contract.PropagationResult.Scales;
import io.bisup.data.TextDataset;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.token.Tokenizer;
import io.bisup.measure.propagation.HorizontalPass;
import io.bisup.measure.propagation.HorizontalPass.BlockMap;
import io.bisup.measure.propagation.PropagationFigures;
import io.bisup.measure.propagation.PropagationKernels;
import io.bisup.measure.propagation.TokenBins;
import io.bisup.measure.propagation.VerticalPass;
import io.bisup.measure.propagation.VerticalPass.BlockErrors;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * How the error of a quantized model grows from block to block and spreads from token to token (BiSup, section 3; methods §2.2): both
 * models read the same windows, the blocks are the outer loop, and each is loaded once for either pass.
 *
 * <p>Memory: the hidden states of all windows, twice, and one block of each model. Cost: two passes of every window, and for the first
 * one the horizontal map, which costs about as much as 18 passes.
 */
public final class Propagation {

    /** Windows that the horizontal map is averaged over: one costs as much as eighteen passes. */
    private static final int MAPPED = 1;

    private final LanguageModel base;
    private final LanguageModel quantized;
    private final List<Long> prefixIds;
    private final Tokenizer tokenizer;
    private final Clock clock;

    /**
     * Both models stand behind the same prefix.
     *
     * @param prefixIds token ids of that prefix; empty if there is none
     */
    public Propagation(
            LanguageModel base, LanguageModel quantized, List<Long> prefixIds, Tokenizer tokenizer, Clock clock) {
        if (base.config().layers() != quantized.config().layers()
                || base.config().hiddenSize() != quantized.config().hiddenSize()) {
            throw new IllegalArgumentException("the two models have not the same blocks");
        }
        this.base = base;
        this.quantized = quantized;
        this.prefixIds = List.copyOf(prefixIds);
        this.tokenizer = tokenizer;
        this.clock = clock;
    }

    /**
     * Measures on the first windows of a text.
     *
     * @param windows how many, or all if there are fewer
     * @param progress hears of each window in each block, of the vertical and of the horizontal passes
     * @throws io.bisup.data.DatasetException if the text fills no window, or the window does not fit the model
     */
    public PropagationResult measure(TextDataset dataset, int window, int windows, Progress progress) {
        WindowChecks.requireFits(base, prefixIds, window);
        Instant start = clock.instant();
        PrefixRule rule = PrefixRule.of(prefixIds, tokenizer);
        WindowSet cut = new WindowCutter(tokenizer, rule.special()).cut(dataset, PerplexitySpec.Protocol.GPTQ, window);
        WindowChecks.requireKnown(base, cut, dataset);
        List<long[]> chosen =
                cut.windows().subList(0, Math.min(windows, cut.windows().size()));
        List<Bin> bins = TokenBins.of(prefixIds.size(), window);
        Found found = pass(chosen, bins, progress);
        return new PropagationResult(
                dataset.name(),
                dataset.sha256(),
                dataset.format(),
                window,
                chosen.size(),
                rule.bos(),
                rule.prefixSha256(),
                prefixIds.size(),
                quantized.runtime().lowPrecision() ? "bfloat16" : "float32",
                CodeVersion.CURRENT,
                PropagationFigures.blocks(found.vertical()),
                PropagationFigures.positions(found.vertical()),
                PropagationFigures.received(found.vertical()),
                PropagationFigures.horizontal(
                        found.vertical(), found.horizontal(), bins, Math.min(MAPPED, chosen.size())),
                Scales.FIXED,
                Duration.between(start, clock.instant()).toMillis() / 1e3);
    }

    /** What the passes found, a block each. */
    private record Found(List<BlockErrors> vertical, List<BlockMap> horizontal) {}

    private Found pass(List<long[]> windows, List<Bin> bins, Progress progress) {
        List<long[]> mapped = windows.subList(0, Math.min(MAPPED, windows.size()));
        int layers = base.config().layers();
        int steps = layers * (windows.size() + mapped.size());
        int[] done = new int[1];
        Runnable step = () -> progress.done(++done[0], steps);
        try (PropagationKernels kernels = PropagationKernels.compile(base.runtime());
                VerticalPass vertical = new VerticalPass(base, quantized, kernels, windows);
                HorizontalPass horizontal = new HorizontalPass(quantized, kernels, bins, mapped)) {
            for (int layer = 0; layer < layers; layer++) {
                vertical.block(layer, step);
                horizontal.block(layer, step);
            }
            return new Found(vertical.results(), horizontal.results());
        }
    }
}
