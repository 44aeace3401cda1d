package io.bisup.quantize.prefix;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.AttentionContext;
import io.bisup.llm.block.BlockObserver;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.block.InputPath;
import io.bisup.llm.block.RotaryEmbedding;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.kernel.LinearKernels;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.quantize.block.Control;
import io.bisup.quantize.kernel.StatisticsKernels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Finds the tokens that produce massive activations (PrefixQuant, arXiv 2410.05265, §4; methods §9.3): the largest magnitude of a
 * token's input of down, more than η times the sequence's median. The full-precision model is read once, block by block.
 */
public final class PrefixDetection {

    private static final int MOST_WINDOWS = 16;
    private static final int MOST_TOKENS = 512;

    private final TensorRuntime runtime;
    private final DecoderConfig config;
    private final Function<String, NDArray> source;
    private final Control control;
    private final Map<Long, Integer> contents = new HashMap<>();
    private double outliers;

    /**
     * @param source makes a float32 tensor of the shape in {@link ModelTensors#expected} from its Hugging Face name; it
     *     is closed here
     */
    public PrefixDetection(
            TensorRuntime runtime, DecoderConfig config, Function<String, NDArray> source, Control control) {
        this.runtime = runtime;
        this.config = config;
        this.source = source;
        this.control = control;
    }

    /**
     * The prefix: the most frequent outlier contents behind the first position, one less than the mean number of outliers of a
     * sequence (rounded up), then {@code start}.
     *
     * @param windows calibration samples, token ids
     * @param start the token that stands before every sequence
     * @param eta η
     */
    public List<Long> find(List<long[]> windows, long start, double eta) {
        List<long[]> seen = windows.stream()
                .limit(MOST_WINDOWS)
                .map(window -> Arrays.copyOf(window, Math.min(window.length, MOST_TOKENS)))
                .toList();
        try (TensorOwner owner = new TensorOwner();
                RotaryEmbedding rotary = new RotaryEmbedding(runtime, config, DataType.FLOAT32)) {
            List<NDArray> hidden = embed(seen, owner);
            for (int layer = 0; layer < config.layers(); layer++) {
                control.checkpoint();
                through(layer, hidden, seen, rotary, eta, owner);
            }
        }
        int count = (int) Math.ceil(outliers / ((double) seen.size() * config.layers()));
        List<Long> prefix = new ArrayList<>(contents.entrySet().stream()
                .sorted(Map.Entry.<Long, Integer>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(Math.max(0, count - 1))
                .map(Map.Entry::getKey)
                .toList());
        prefix.add(start);
        return prefix;
    }

    private List<NDArray> embed(List<long[]> windows, TensorOwner owner) {
        List<NDArray> hidden = new ArrayList<>();
        try (NDArray table = source.apply(ModelTensors.EMBEDDING)) {
            for (long[] window : windows) {
                hidden.add(owner.own(Tensors.inScope(() -> LinearKernels.embedding(
                        runtime.kernels(), Tensors.longs(runtime.manager(), window, 1, window.length), table))));
            }
        }
        return hidden;
    }

    private void through(
            int layer,
            List<NDArray> hidden,
            List<long[]> windows,
            RotaryEmbedding rotary,
            double eta,
            TensorOwner owner) {
        try (DecoderBlock block = DecoderBlock.fullPrecision(
                config, layer, DecoderBlockWeights.load(config, layer, source), runtime.lowPrecision())) {
            for (int i = 0; i < hidden.size(); i++) {
                control.checkpoint();
                long[] window = windows.get(i);
                try (NDScope scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    NDArray next = block.forward(
                            runtime.kernels(), hidden.get(i), rotary, AttentionContext.EMPTY, new BlockObserver() {
                                @Override
                                public void input(Site site, InputPath.Read read) {
                                    if (site == Site.DOWN) {
                                        count(window, read.raw(), eta);
                                    }
                                }
                            });
                    hidden.get(i).close();
                    hidden.set(i, owner.own(next));
                }
            }
        }
    }

    private void count(long[] window, NDArray input, double eta) {
        float[] largest =
                StatisticsKernels.tokenAbsMax(runtime.kernels(), input).toFloatArray();
        float[] sorted = largest.clone();
        Arrays.sort(sorted);
        double limit = eta * sorted[sorted.length / 2];
        for (int token = 0; token < largest.length; token++) {
            if (largest[token] > limit) {
                outliers++;
                if (token > 0) {
                    contents.merge(window[token], 1, Integer::sum);
                }
            }
        }
    }
}
