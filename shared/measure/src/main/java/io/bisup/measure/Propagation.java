package io.bisup.measure;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.PerplexitySpec;
import io.bisup.contract.PropagationResult;
import io.bisup.data.TextDataset;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.token.Tokenizer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How the error of a quantized model grows from block to block and from token to token (BiSup, section 3): both models read the
 * same windows, and the hidden states behind each block are compared. Meaningful where both models' residual streams have one
 * basis; a rotated one has another.
 *
 * <p>Memory: the FP model's hidden states of every block for one window.
 */
public final class Propagation {

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
        double[][] sums = new double[base.config().layers()][window];
        try (Kernels kernels = EvaluationKernels.compile(base.runtime())) {
            for (int i = 0; i < chosen.size(); i++) {
                add(chosen.get(i), kernels, sums);
                progress.done(i + 1, chosen.size());
            }
        }
        return new PropagationResult(
                dataset.name(),
                dataset.sha256(),
                dataset.format(),
                window,
                chosen.size(),
                rule.bos(),
                rule.prefixSha256(),
                quantized.runtime().lowPrecision() ? "bfloat16" : "float32",
                CodeVersion.CURRENT,
                blocks(sums, chosen.size()),
                Arrays.stream(sums[sums.length - 1])
                        .map(s -> s / chosen.size())
                        .boxed()
                        .toList(),
                Duration.between(start, clock.instant()).toMillis() / 1e3);
    }

    private static List<PropagationResult.Block> blocks(double[][] sums, int windows) {
        List<PropagationResult.Block> blocks = new ArrayList<>();
        for (int block = 0; block < sums.length; block++) {
            double others = Arrays.stream(sums[block]).skip(1).average().orElse(Double.NaN);
            blocks.add(new PropagationResult.Block(block, sums[block][0] / windows, others / windows));
        }
        return blocks;
    }

    /** Adds each block's error of each position of one window. */
    private void add(long[] window, Kernels kernels, double[][] sums) {
        List<NDArray> exact = new ArrayList<>();
        try {
            states(window, exact);
            compare(window, exact, kernels, sums);
        } finally {
            exact.forEach(NDArray::close);
        }
    }

    /** Fills the list with the FP model's hidden states before the first and behind every block. */
    private void states(long[] window, List<NDArray> states) {
        states.add(kept(base.embed(window)));
        base.eachBlock((block, prefix) -> states.add(kept(block.apply(states.getLast(), prefix))));
    }

    private void compare(long[] window, List<NDArray> exact, Kernels kernels, double[][] sums) {
        NDArray[] current = {kept(quantized.embed(window))};
        int[] layer = new int[1];
        try {
            quantized.eachBlock((block, prefix) -> {
                NDArray before = current[0];
                current[0] = kept(block.apply(before, prefix));
                before.close();
                try (NDArray errors = EvaluationKernels.relativeErrors(kernels, exact.get(layer[0] + 1), current[0])) {
                    double[] values = errors.toDoubleArray();
                    Arrays.setAll(sums[layer[0]], i -> sums[layer[0]][i] + values[i]);
                }
                layer[0]++;
            });
        } finally {
            current[0].close();
        }
    }

    private static NDArray kept(NDArray array) {
        NDScope.unregister(array);
        return array;
    }
}
