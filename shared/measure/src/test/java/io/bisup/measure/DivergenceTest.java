package io.bisup.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.DatasetFormat;
import io.bisup.contract.DivergenceResult;
import io.bisup.contract.Estimate;
import io.bisup.contract.PerplexitySpec.Protocol;
import io.bisup.data.TextDataset;
import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.TestDevice;
import io.bisup.llm.testing.ReferenceData;
import io.bisup.llm.token.SpecialTokens;
import io.bisup.llm.token.Tokenizer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** llama.cpp's definitions, against sums over whole distributions in plain Java. */
class DivergenceTest {

    private static final Path MODEL = ReferenceData.path("data/models/TinyStories-656K");
    private static final TensorRuntime RUNTIME = TestDevice.runtime();
    private static final int WINDOW = 64;

    @Test
    void aModelDoesNotDivergeFromItself() {
        DivergenceResult result = measure(1.0f, 0);

        assertThat(result.kl().value()).isCloseTo(0, within(1e-9));
        assertThat(result.klMax()).isCloseTo(0, within(1e-7));
        assertThat(result.lnPerplexityRatio().value()).isZero();
        assertThat(result.sameTop()).isEqualTo(new Estimate(1, 0));
        assertThat(result.perplexity()).isEqualTo(result.baselinePerplexity());
    }

    @Test
    void figuresAreThoseOfTheDistributions() {
        DivergenceResult result = measure(0.8f, WINDOW / 2);
        List<double[]> expected = new ArrayList<>();
        try (LanguageModel base = model(1.0f);
                LanguageModel other = model(0.8f);
                Tokenizer tokenizer = Tokenizer.open(MODEL)) {
            for (long[] window : new WindowCutter(tokenizer, SpecialTokens.DEFAULT)
                    .cut(text(), Protocol.GPTQ, WINDOW)
                    .windows()) {
                float[] p = floats(base, window);
                float[] q = floats(other, window);
                int vocabulary = base.config().vocabSize();
                for (int at = WINDOW / 2; at < WINDOW - 1; at++) {
                    expected.add(compare(p, q, at * vocabulary, vocabulary, (int) window[at + 1]));
                }
            }
        }

        assertThat(result.predictions()).isEqualTo(expected.size());
        double[] kl = column(expected, 0);
        assertThat(result.kl().value()).isCloseTo(mean(kl), within(1e-6));
        assertThat(result.kl().stderr()).isCloseTo(stderr(kl), within(1e-6));
        assertThat(result.lnPerplexityRatio().value()).isCloseTo(mean(column(expected, 1)), within(1e-6));
        assertThat(Math.log(result.perplexity() / result.baselinePerplexity()))
                .isCloseTo(result.lnPerplexityRatio().value(), within(1e-9));
        double[] squares = IntStream.range(0, kl.length)
                .mapToDouble(i -> Math.pow(expected.get(i)[2], 2))
                .toArray();
        assertThat(result.rmsDeltaP().value()).isCloseTo(Math.sqrt(mean(squares)), within(1e-6));
        assertThat(result.rmsDeltaP().stderr())
                .isCloseTo(stderr(squares) / (2 * Math.sqrt(mean(squares))), within(1e-6));
        assertThat(result.lnPerplexityRatio().stderr()).isCloseTo(stderr(column(expected, 1)), within(1e-6));
        assertThat(result.sameTop().value()).isCloseTo(mean(column(expected, 3)), within(1e-12));
        assertThat(result.sameTop().stderr()).isCloseTo(stderr(column(expected, 3)), within(1e-9));
        java.util.Arrays.sort(kl);
        assertThat(result.klMax()).isCloseTo(kl[kl.length - 1], within(1e-5));
        double middle = kl.length % 2 == 1 ? kl[kl.length / 2] : (kl[kl.length / 2] + kl[kl.length / 2 - 1]) / 2;
        assertThat(result.klQuantiles().get("50").value()).isCloseTo(middle, within(1e-6));
    }

    @Test
    void isTheSameInSmallBatchesAndSlicesAndIsToldAndStoppedWithinOne() {
        DivergenceResult whole = measure(0.8f, 0);
        List<Integer> told = new ArrayList<>();
        try (LanguageModel base = model(1.0f);
                LanguageModel other = model(0.8f);
                Tokenizer tokenizer = Tokenizer.open(MODEL)) {
            long windows = 3L * 2 * WINDOW * base.config().hiddenSize() * Float.BYTES;
            var limits = new Divergence.Limits(windows, 5L * base.config().vocabSize());
            DivergenceResult parts = new Divergence(base, other, List.of(), tokenizer, Clock.systemUTC(), limits)
                    .measure(text(), Protocol.GPTQ, WINDOW, 0, Progress.SILENT);
            assertThat(parts.windows()).isGreaterThan(6);
            assertThat(parts.kl().value()).isCloseTo(whole.kl().value(), within(1e-7));
            assertThat(parts.klMax()).isCloseTo(whole.klMax(), within(1e-6));
            assertThat(parts.perplexity()).isCloseTo(whole.perplexity(), within(1e-4));

            Divergence divergence = new Divergence(base, other, List.of(), tokenizer, Clock.systemUTC());
            assertThatThrownBy(() -> divergence.measure(text(), Protocol.GPTQ, WINDOW, 0, (done, of) -> {
                        told.add(done);
                        if (told.size() == of + 1) {
                            throw new CancellationException("enough");
                        }
                    }))
                    .isInstanceOf(CancellationException.class);
        }
        assertThat(told).as("a fifth of the way, with all windows in one batch").endsWith(whole.windows() / 5);
    }

    @Test
    void quantilesAreLinearBetweenValues() {
        Distribution distribution = new Distribution(new double[] {4, 1, 3, 2});

        assertThat(distribution.quantile(0.5).value()).isEqualTo(2.5);
        assertThat(distribution.quantile(0.1).value()).isCloseTo(1.3, within(1e-12));
        assertThat(distribution.max()).isEqualTo(4);
    }

    /** KL, ln ratio, difference of the token's probability, same top. */
    private static double[] compare(float[] p, float[] q, int from, int count, int token) {
        double normP = normaliser(p, from, count);
        double normQ = normaliser(q, from, count);
        double kl = 0;
        int topP = 0;
        int topQ = 0;
        for (int i = 0; i < count; i++) {
            double lnP = p[from + i] - normP;
            kl += Math.exp(lnP) * (lnP - (q[from + i] - normQ));
            topP = p[from + i] > p[from + topP] ? i : topP;
            topQ = q[from + i] > q[from + topQ] ? i : topQ;
        }
        double lnP = p[from + token] - normP;
        double lnQ = q[from + token] - normQ;
        return new double[] {kl, lnP - lnQ, Math.exp(lnQ) - Math.exp(lnP), topP == topQ ? 1 : 0};
    }

    private static double normaliser(float[] logits, int from, int count) {
        return Math.log(IntStream.range(from, from + count)
                .mapToDouble(i -> Math.exp(logits[i]))
                .sum());
    }

    private static double[] column(List<double[]> rows, int column) {
        return rows.stream().mapToDouble(row -> row[column]).toArray();
    }

    private static double mean(double[] values) {
        return java.util.Arrays.stream(values).average().orElseThrow();
    }

    private static double stderr(double[] values) {
        double mean = mean(values);
        double squares = java.util.Arrays.stream(values)
                .map(v -> (v - mean) * (v - mean))
                .sum();
        return Math.sqrt(squares / (values.length - 1) / values.length);
    }

    private static float[] floats(LanguageModel model, long[] window) {
        try (NDArray logits = model.forward(window)) {
            return logits.toFloatArray();
        }
    }

    private static DivergenceResult measure(float scale, int first) {
        try (LanguageModel base = model(1.0f);
                LanguageModel other = model(scale);
                Tokenizer tokenizer = Tokenizer.open(MODEL)) {
            return new Divergence(base, other, List.of(), tokenizer, Clock.systemUTC())
                    .measure(text(), Protocol.GPTQ, WINDOW, first, Progress.SILENT);
        }
    }

    private static TextDataset text() {
        TextDataset all = TextDataset.read(
                ReferenceData.path("data/corpora/wikitext2/wiki.test.raw"), "wikitext2", DatasetFormat.WIKITEXT);
        return new TextDataset("short", "0", DatasetFormat.WIKITEXT, all.rows().subList(0, 20));
    }

    /** The model with its final norm scaled: every logit is. */
    private static LanguageModel model(float scale) {
        try (Checkpoint checkpoint = Checkpoint.open(MODEL)) {
            DecoderConfig config = DecoderConfig.read(MODEL);
            Function<String, NDArray> source = name -> {
                NDArray loaded = checkpoint.load(name, RUNTIME.manager());
                if (!name.equals(ModelTensors.FINAL_NORM)) {
                    return loaded;
                }
                float[] values = loaded.toFloatArray();
                for (int i = 0; i < values.length; i++) {
                    values[i] *= scale;
                }
                return io.bisup.llm.tensor.Tensors.floats(RUNTIME.manager(), values, values.length);
            };
            return LanguageModel.resident(RUNTIME, config, source);
        }
    }
}
