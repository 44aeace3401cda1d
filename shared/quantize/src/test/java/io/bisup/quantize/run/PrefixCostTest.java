package io.bisup.quantize.run;

import static io.bisup.quantize.TinyModels.RUNTIME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.model.LanguageModel;
import io.bisup.quantize.TinyModels;
import io.bisup.quantize.block.Control;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A prefix's cost to the full-precision model, against the whole model's logits. */
class PrefixCostTest {
    private static final int TOKENS = 24;
    private static final double SURE = 40;

    @ParameterizedTest
    @CsvSource({"LLAMA, 1, 2", "QWEN2, 3, 2", "QWEN3, 2, 5"})
    void itIsTheDifferenceOfCrossEntropies(Architecture architecture, int prefix, int windows) {
        QuantizationInput input =
                TinyModels.input(TinyModels.config(architecture, 3), TinyModels.nearest(4), prefix, windows, TOKENS);
        double expected = 0;
        for (long[] window : input.windows().subList(0, 2)) {
            expected += loss(input, input.prefix(), window) - loss(input, List.of(), window);
        }
        assertThat(expected).as("the prefix matters").isNotCloseTo(0, within(1e-2));
        assertThat(cost(input, PrefixCost::nats)).isCloseTo(expected / (2 * (TOKENS - 1)), within(1e-5));
    }

    /** A model that is sure of its own continuations and not of them behind a prefix that it did not have. */
    @Test
    void aPrefixThatTheModelCannotBearIsTold() {
        QuantizationInput bare = sure(List.of());
        List<long[]> own = List.of(continuation(bare, 5), continuation(bare, 11));
        QuantizationInput input =
                new QuantizationInput(bare.source(), bare.plan(), own, List.of(3L, 60L, 3L, 60L), bare.ends());
        assertThat(cost(input, PrefixCost::note))
                .get()
                .asString()
                .contains("full-precision model itself loses", "[3, 60, 3, 60]", "choose another prefix");
        QuantizationInput none = new QuantizationInput(bare.source(), bare.plan(), own, List.of(), bare.ends());
        assertThat(cost(none, PrefixCost::note)).isEqualTo(Optional.empty());
    }

    private static <T> T cost(QuantizationInput input, Function<PrefixCost, T> question) {
        return question.apply(new PrefixCost(RUNTIME, input, Control.NONE));
    }

    private static QuantizationInput sure(List<Long> prefix) {
        DecoderConfig config = TinyModels.config(Architecture.LLAMA, 3);
        QuantizationInput tiny = TinyModels.input(config, TinyModels.nearest(4), 0, 1, TOKENS);
        return new QuantizationInput(
                name -> name.equals(ModelTensors.FINAL_NORM)
                        ? tiny.source().apply(name).mul(SURE)
                        : tiny.source().apply(name),
                tiny.plan(),
                tiny.windows(),
                prefix,
                tiny.ends());
    }

    private static long[] continuation(QuantizationInput input, long first) {
        long[] ids = {first};
        while (ids.length < TOKENS) {
            float[] logits = logits(input, List.of(), ids);
            int vocabulary = input.config().vocabSize();
            int best = 0;
            for (int token = 0; token < vocabulary; token++) {
                int last = (ids.length - 1) * vocabulary;
                best = logits[last + token] > logits[last + best] ? token : best;
            }
            ids = Arrays.copyOf(ids, ids.length + 1);
            ids[ids.length - 1] = best;
        }
        return ids;
    }

    private static double loss(QuantizationInput input, List<Long> prefix, long[] window) {
        float[] logits = logits(input, prefix, window);
        int vocabulary = input.config().vocabSize();
        double loss = 0;
        for (int token = 0; token < window.length - 1; token++) {
            double sum = 0;
            for (int v = 0; v < vocabulary; v++) {
                sum += Math.exp(logits[token * vocabulary + v]);
            }
            loss += Math.log(sum) - logits[token * vocabulary + (int) window[token + 1]];
        }
        return loss;
    }

    private static float[] logits(QuantizationInput input, List<Long> prefix, long[] window) {
        try (NDScope scope = new NDScope();
                LanguageModel bare = LanguageModel.resident(RUNTIME, input.config(), input.source())) {
            scope.suppressNotUsedWarning();
            LanguageModel model = prefix.isEmpty()
                    ? bare
                    : bare.behind(prefix.stream().mapToLong(Long::longValue).toArray());
            List<NDArray> hidden = new ArrayList<>(List.of(model.embed(window)));
            model.eachBlock((block, context) -> hidden.set(0, block.apply(hidden.getFirst(), context)));
            return model.logits(hidden.getFirst()).toFloatArray();
        }
    }
}
