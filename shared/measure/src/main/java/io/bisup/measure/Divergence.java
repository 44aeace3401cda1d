package io.bisup.measure;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.DivergenceResult;
import io.bisup.contract.Estimate;
import io.bisup.contract.PerplexitySpec;
import io.bisup.data.TextDataset;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.SideBySide;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.token.Tokenizer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.DoubleStream;

/**
 * How far a quantized model is from the FP model, by llama.cpp's definitions: both read each window in one go, distributions
 * are compared in float32, sums kept in float64.
 */
public final class Divergence {

    /** Bounds of memory: hidden states of both models, and logits. */
    record Limits(long activationBytes, long logits) {
        static final Limits DEFAULT = new Limits(64L << 20, Differences.LOGITS_AT_ONCE);
    }

    private static final List<String> QUANTILES = List.of("1", "5", "10", "50", "90", "95", "99", "99.9");

    private final LanguageModel base;
    private final LanguageModel quantized;
    private final List<Long> prefixIds;
    private final Tokenizer tokenizer;
    private final Clock clock;
    private final Limits limits;

    /**
     * Both models stand behind the same prefix.
     *
     * @param prefixIds token ids of that prefix; empty if there is none
     */
    public Divergence(
            LanguageModel base, LanguageModel quantized, List<Long> prefixIds, Tokenizer tokenizer, Clock clock) {
        this(base, quantized, prefixIds, tokenizer, clock, Limits.DEFAULT);
    }

    Divergence(
            LanguageModel base,
            LanguageModel quantized,
            List<Long> prefixIds,
            Tokenizer tokenizer,
            Clock clock,
            Limits limits) {
        if (base.config().vocabSize() != quantized.config().vocabSize()) {
            throw new IllegalArgumentException(
                    "vocabularies of " + base.config().vocabSize() + " and "
                            + quantized.config().vocabSize() + " tokens: the two are not one model");
        }
        this.base = base;
        this.quantized = quantized;
        this.prefixIds = List.copyOf(prefixIds);
        this.tokenizer = tokenizer;
        this.clock = clock;
        this.limits = limits;
    }

    /**
     * Measures on one data set.
     *
     * @param firstPosition first position of each window whose prediction counts: 0 for all, half the window as llama.cpp
     * @throws io.bisup.data.DatasetException if the data set does not fit the protocol or the model
     */
    public DivergenceResult measure(
            TextDataset dataset, PerplexitySpec.Protocol protocol, int window, int firstPosition, Progress progress) {
        WindowChecks.requireFits(base, prefixIds, window);
        if (firstPosition < 0 || firstPosition > window - 2) {
            throw new IllegalArgumentException("first position " + firstPosition + " of windows of " + window);
        }
        Instant start = clock.instant();
        PrefixRule rule = PrefixRule.of(prefixIds, tokenizer);
        WindowSet cut = new WindowCutter(tokenizer, rule.special()).cut(dataset, protocol, window);
        WindowChecks.requireKnown(base, cut, dataset);
        Differences found = compare(cut.windows(), firstPosition, progress);
        Distribution kl = new Distribution(found.kl());
        Map<String, Estimate> quantiles = new TreeMap<>();
        QUANTILES.forEach(percent -> quantiles.put(percent, kl.quantile(Double.parseDouble(percent) / 100)));
        return new DivergenceResult(
                dataset.name(),
                dataset.sha256(),
                dataset.format(),
                protocol,
                window,
                firstPosition,
                cut.windows().size(),
                found.kl().length,
                rule.bos(),
                rule.prefixSha256(),
                quantized.runtime().lowPrecision() ? "bfloat16" : "float32",
                CodeVersion.CURRENT,
                found.perplexity(),
                found.basePerplexity(),
                Estimate.mean(found.lnRatio()),
                Estimate.mean(DoubleStream.of(found.kl())),
                kl.max(),
                quantiles,
                Estimate.mean(found.deltaP()),
                rootMeanSquare(found.deltaP()),
                Estimate.mean(found.sameTop()),
                Duration.between(start, clock.instant()).toMillis() / 1e3);
    }

    /** The root's error is that of the mean square, over twice the root. */
    private static Estimate rootMeanSquare(DoubleStream values) {
        Estimate square = Estimate.mean(values.map(v -> v * v));
        double root = Math.sqrt(square.value());
        return new Estimate(root, root == 0 ? 0 : square.stderr() / (2 * root));
    }

    private Differences compare(List<long[]> windows, int first, Progress progress) {
        int predictions = Math.multiplyExact(windows.size(), windows.getFirst().length - 1 - first);
        long bytes = 2L * windows.getFirst().length * base.config().hiddenSize() * Float.BYTES;
        int batch = (int) Math.clamp(limits.activationBytes() / bytes, 1, windows.size());
        try (Kernels kernels = EvaluationKernels.compile(base.runtime())) {
            Differences differences =
                    new Differences(kernels, limits.logits(), base.config().vocabSize(), predictions);
            int each = base.config().layers() + quantized.config().layers() + 1;
            PassProgress passes = new PassProgress(progress, windows.size(), each);
            for (int done = 0; done < windows.size(); done += batch) {
                List<long[]> part = windows.subList(done, Math.min(windows.size(), done + batch));
                compare(part, first, differences, passes);
            }
            return differences;
        }
    }

    private void compare(List<long[]> windows, int first, Differences differences, PassProgress passes) {
        List<NDArray> ofBase = new ArrayList<>();
        List<NDArray> ofQuantized = new ArrayList<>();
        try {
            pass(base, windows, ofBase, passes);
            pass(quantized, windows, ofQuantized, passes);
            for (int i = 0; i < windows.size(); i++) {
                differences.add(base, ofBase.get(i), quantized, ofQuantized.get(i), windows.get(i), first);
                passes.step();
            }
        } finally {
            ofBase.forEach(NDArray::close);
            ofQuantized.forEach(NDArray::close);
        }
    }

    /** Fills the list with the last hidden states of each window; whatever happens, what is in it is open. */
    private static void pass(LanguageModel model, List<long[]> windows, List<NDArray> hidden, PassProgress passes) {
        windows.forEach(window -> hidden.add(Tensors.unscoped(model.embed(window))));
        SideBySide sideBySide = SideBySide.on(model.runtime());
        model.eachBlock((block, prefix) -> sideBySide.forEach(
                hidden.size(),
                i -> {
                    NDArray before = hidden.get(i);
                    hidden.set(i, Tensors.unscoped(block.apply(before, prefix)));
                    before.close();
                },
                i -> passes.step()));
    }
}
