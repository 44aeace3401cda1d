package io.bisup.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.DatasetFormat;
import io.bisup.contract.Digests;
import io.bisup.contract.PerplexityResult;
import io.bisup.contract.PerplexitySpec.Protocol;
import io.bisup.data.DatasetException;
import io.bisup.data.TextDataset;
import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.folder.ModelFolder;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.TestDevice;
import io.bisup.llm.testing.ReferenceData;
import io.bisup.llm.token.SpecialTokens;
import io.bisup.llm.token.Tokenizer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Acceptance rows E2 and E4, against the figures of transformers in float32. */
class PerplexityTest {

    private static final Path MODEL = ReferenceData.path("data/models/TinyStories-656K");
    private static final TensorRuntime RUNTIME = TestDevice.runtime();
    private static final TextDataset WIKITEXT = TextDataset.read(
            ReferenceData.path("data/corpora/wikitext2/wiki.test.raw"), "wikitext2", DatasetFormat.WIKITEXT);
    private static final TextDataset SHORT = new TextDataset(
            "short", "0", DatasetFormat.WIKITEXT, WIKITEXT.rows().subList(0, 60));

    @Test
    void wikiTextAgreesWithTransformers() {
        PerplexityResult result = measure(WIKITEXT, Protocol.GPTQ);

        assertThat(result.perplexity())
                .isCloseTo(455.44111661826247, within(RUNTIME.device().isGpu() ? 5 : 1e-6 * 455.44));
        assertThat(result.tokens()).isEqualTo(544_742);
        assertThat(result.windows()).isEqualTo(1063);
        assertThat(result.bos()).isEqualTo("tokenizer");
        assertThat(result.prefixSha256()).isEqualTo("none");
        assertThat(result.codeVersion()).matches("\\d+\\.\\d+.*");
    }

    @Test
    void c4AgreesWithTransformers() {
        TextDataset c4 = TextDataset.read(
                ReferenceData.path("data/corpora/c4/c4_validation_2k.jsonl"), "c4", DatasetFormat.JSONL);

        PerplexityResult result = measure(c4, Protocol.C4_NEW);

        assertThat(result.perplexity())
                .isCloseTo(344.789739903174, within(RUNTIME.device().isGpu() ? 4 : 1e-6 * 344.79));
        assertThat(result.windows()).isEqualTo(256);
        assertThat(result.windowLosses()).hasSize(256);
        assertThat(result.windowLosses().stream()
                        .mapToDouble(loss -> loss)
                        .average()
                        .orElseThrow())
                .isCloseTo(Math.log(result.perplexity()), within(1e-12));
    }

    @Test
    void uniformLogitsGiveTheSizeOfTheVocabulary() {
        try (Checkpoint checkpoint = Checkpoint.open(MODEL);
                Tokenizer tokenizer = Tokenizer.open(MODEL)) {
            DecoderConfig config = untied(DecoderConfig.read(MODEL));
            Function<String, NDArray> zeroHead = name -> name.equals(ModelTensors.HEAD)
                    ? RUNTIME.manager().zeros(new Shape(config.vocabSize(), config.hiddenSize()))
                    : checkpoint.load(name, RUNTIME.manager());
            try (LanguageModel model = LanguageModel.resident(RUNTIME, config, zeroHead)) {
                Perplexity perplexity = new Perplexity(model, List.of(), tokenizer, Clock.systemUTC());

                assertThat(perplexity
                                        .measure(SHORT, Protocol.GPTQ, 256, Progress.SILENT)
                                        .perplexity()
                                / config.vocabSize())
                        .isCloseTo(1, within(1e-6));
            }
        }
    }

    @Test
    void batchesOfOneAndOfSixteenGiveTheSameNumber() {
        try (OpenModel opened = ModelFolder.open(MODEL, RUNTIME);
                Tokenizer tokenizer = opened.openTokenizer()) {
            long oneWindow = 128L * opened.model().config().hiddenSize() * Float.BYTES;
            List<Integer> calls = new ArrayList<>();

            double single = new Perplexity(opened.model(), List.of(), tokenizer, Clock.systemUTC(), oneWindow)
                    .measure(SHORT, Protocol.GPTQ, 128, Progress.SILENT)
                    .perplexity();
            double sixteen = new Perplexity(opened.model(), List.of(), tokenizer, Clock.systemUTC(), 16 * oneWindow)
                    .measure(SHORT, Protocol.GPTQ, 128, (done, of) -> calls.add(done))
                    .perplexity();

            assertThat(sixteen).isEqualTo(single);
            assertThat(calls)
                    .as("told within a batch")
                    .startsWith(0)
                    .contains(5, 16, 32)
                    .isSorted();
            int blocks = opened.model().config().layers();
            assertThatThrownBy(() -> new Perplexity(opened.model(), List.of(), tokenizer, Clock.systemUTC())
                            .measure(SHORT, Protocol.GPTQ, 128, (done, of) -> {
                                calls.add(done);
                                if (done == 2) {
                                    throw new CancellationException("enough");
                                }
                            }))
                    .isInstanceOf(CancellationException.class);
            assertThat(calls.getLast())
                    .as("all windows are one batch of %s blocks", blocks)
                    .isEqualTo(2);
        }
    }

    @Test
    void aPrefixPrecedesEveryWindowAndIsNotScored() {
        try (OpenModel opened = ModelFolder.open(MODEL, RUNTIME);
                Tokenizer tokenizer = opened.openTokenizer();
                OpenModel behind = ModelFolder.open(MODEL, RUNTIME, List.of(1L, 75L))) {
            PerplexityResult result = new Perplexity(behind.model(), behind.prefixIds(), tokenizer, Clock.systemUTC())
                    .measure(SHORT, Protocol.GPTQ, 128, Progress.SILENT);

            List<long[]> windows = new WindowCutter(tokenizer, SpecialTokens.NEVER)
                    .cut(SHORT, Protocol.GPTQ, 128)
                    .windows();
            List<long[]> withPrefix = windows.stream()
                    .map(w -> LongStream.concat(LongStream.of(1, 75), LongStream.of(w))
                            .toArray())
                    .toList();
            // The first two predictions are of the prefix's last and the window's first token.
            double expected = opened.model().score(withPrefix).stream()
                    .mapToDouble(s -> -Arrays.stream(s.logProbabilities())
                            .skip(2)
                            .average()
                            .orElseThrow())
                    .average()
                    .orElseThrow();
            assertThat(Math.log(result.perplexity()))
                    .isCloseTo(expected, within(RUNTIME.device().isGpu() ? 0.02 : 1e-5));
            assertThat(result.bos()).isEqualTo("prefix");
            assertThat(result.prefixSha256()).isEqualTo(Digests.sha256("1,75"));
        }
    }

    @Test
    void aWindowThatDoesNotFitTheContextIsRefused() {
        try (OpenModel opened = ModelFolder.open(MODEL, RUNTIME);
                Tokenizer tokenizer = opened.openTokenizer()) {
            Perplexity perplexity = new Perplexity(opened.model(), List.of(), tokenizer, Clock.systemUTC());

            assertThatThrownBy(() -> perplexity.measure(SHORT, Protocol.GPTQ, 513, Progress.SILENT))
                    .isInstanceOf(DatasetException.class)
                    .hasMessageContaining("512");
        }
    }

    private static PerplexityResult measure(TextDataset dataset, Protocol protocol) {
        try (OpenModel opened = ModelFolder.open(MODEL, RUNTIME);
                Tokenizer tokenizer = opened.openTokenizer()) {
            return new Perplexity(opened.model(), opened.prefixIds(), tokenizer, Clock.systemUTC())
                    .measure(dataset, protocol, 512, Progress.SILENT);
        }
    }

    private static DecoderConfig untied(DecoderConfig tied) {
        return new DecoderConfig(
                tied.architecture(),
                tied.hiddenSize(),
                tied.layers(),
                tied.attentionHeads(),
                tied.keyValueHeads(),
                tied.headDim(),
                tied.intermediateSize(),
                tied.vocabSize(),
                tied.rmsNormEpsilon(),
                tied.ropeTheta(),
                tied.ropeScaling(),
                false,
                tied.attentionBias(),
                tied.queryKeyNorm(),
                tied.maxPositions(),
                tied.bosTokenId(),
                tied.eosTokenId());
    }
}
