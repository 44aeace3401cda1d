package io.bisup.measure.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.folder.ModelFolder;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.model.TokenScores;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.TestDevice;
import io.bisup.llm.testing.ReferenceData;
import io.bisup.measure.EvaluationKernels;
import io.bisup.measure.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sharing and batching change no score: each request equals a pass of its own. */
class SharedContextTest {

    private static final TensorRuntime RUNTIME = TestDevice.runtime();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void scoresEqualThoseOfSinglePasses(long seed) {
        List<Long> prefix = seed == 2 ? List.of(1L, 75L, 9L) : List.of();
        assertScoresEqualThoseOfSinglePasses(ReferenceData.path("data/models/TinyStories-656K"), prefix, seed);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 30})
    void alsoWhereATokenSeesFewPositions(int window, @TempDir Path folder) throws IOException {
        Path model = ReferenceData.path("data/models/TinyStories-656K");
        for (String file : List.of("model.safetensors", "tokenizer.json", "tokenizer_config.json")) {
            Files.copy(model.resolve(file), folder.resolve(file));
        }
        ObjectNode config = (ObjectNode) new JsonMapper().readTree(Files.readString(model.resolve("config.json")));
        config.put("model_type", "mistral").put("sliding_window", window);
        config.putArray("architectures").add("MistralForCausalLM");
        Files.writeString(folder.resolve("config.json"), config.toString());
        assertScoresEqualThoseOfSinglePasses(folder, window == 5 ? List.of(1L, 75L, 9L) : List.of(), window);
    }

    @Test
    void alsoWhereAWaveHoldsFewOfThemAndASliceFewLogits() {
        Path model = ReferenceData.path("data/models/TinyStories-656K");
        List<RequestTree> trees = trees(new Random(4));
        long wave = 512L * DecoderConfig.read(model).hiddenSize() * Float.BYTES;
        List<Integer> waves = new ArrayList<>();
        try (OpenModel open = ModelFolder.open(model, RUNTIME);
                Kernels kernels = EvaluationKernels.compile(RUNTIME)) {
            int slice = 3 * open.model().config().vocabSize();
            new LikelihoodScorer(open.model(), kernels, new LikelihoodScorer.Limits(wave, slice))
                    .score(
                            trees,
                            found -> {
                                waves.add(found.size());
                                found.forEach(scored -> assertEqual(scored, open));
                            },
                            Progress.SILENT);
        }
        assertThat(waves).hasSizeGreaterThan(3);
        assertThat(waves.stream().mapToInt(Integer::intValue).sum()).isEqualTo(trees.size());
    }

    /** A wave of all documents is told of, and stopped, within it. */
    @Test
    void progressIsToldBehindEveryBlockAndStopsThere() {
        Path model = ReferenceData.path("data/models/TinyStories-656K");
        List<RequestTree> trees = trees(new Random(5));
        List<Integer> told = new ArrayList<>();
        try (OpenModel open = ModelFolder.open(model, RUNTIME);
                Kernels kernels = EvaluationKernels.compile(RUNTIME)) {
            LikelihoodScorer scorer = new LikelihoodScorer(open.model(), kernels);
            scorer.score(trees, found -> {}, (done, of) -> told.add(done));
            assertThat(told).isSorted().startsWith(0).endsWith(trees.size()).hasSizeGreaterThan(6);
            assertThat(told.stream().distinct()).hasSizeGreaterThan(3);

            List<Integer> before = new ArrayList<>();
            assertThatThrownBy(() -> scorer.score(trees, found -> before.add(0), (done, of) -> {
                        before.add(done);
                        if (before.size() == 3) {
                            throw new CancellationException("enough");
                        }
                    }))
                    .isInstanceOf(CancellationException.class);
            assertThat(before).as("no wave was ended").hasSize(3);
        }
    }

    private static void assertScoresEqualThoseOfSinglePasses(Path model, List<Long> prefix, long seed) {
        List<RequestTree> trees = trees(new Random(seed));
        try (OpenModel open = ModelFolder.open(model, RUNTIME, prefix);
                Kernels kernels = EvaluationKernels.compile(RUNTIME)) {
            List<Integer> done = new ArrayList<>();

            new LikelihoodScorer(open.model(), kernels)
                    .score(
                            trees,
                            wave -> wave.forEach(scored -> {
                                done.add(scored.tree().document());
                                assertEqual(scored, open);
                            }),
                            Progress.SILENT);

            assertThat(done)
                    .containsExactlyInAnyOrderElementsOf(
                            trees.stream().map(RequestTree::document).toList());
        }
    }

    private static void assertEqual(LikelihoodScorer.ScoredTree scored, OpenModel open) {
        for (int i = 0; i < scored.scores().size(); i++) {
            assertEqual(scored.scores().get(i), scored.tree().requests().get(i), open);
        }
    }

    private static void assertEqual(Scored scored, EncodedRequest request, OpenModel open) {
        if (request.scored() == 0) {
            assertThat(scored).isEqualTo(Scored.NOTHING);
            return;
        }
        TokenScores alone = open.model().score(List.of(request.tokens())).getFirst();
        int first = request.inputLength() - request.scored();
        double expected = Arrays.stream(alone.logProbabilities()).skip(first).sum();
        boolean greedy = true;
        for (int at = first; at < request.inputLength(); at++) {
            greedy &= alone.greedy()[at];
        }
        double tolerance = RUNTIME.device().isGpu() ? 0.05 * Math.abs(expected) : 1e-4;
        assertThat(scored.logLikelihood()).isCloseTo(expected, within(tolerance));
        if (!RUNTIME.device().isGpu()) {
            assertThat(scored.greedy()).isEqualTo(greedy);
        }
    }

    /** Contexts of many lengths, also none; one to four continuations of one to nine tokens, some beginning alike, some empty. */
    private static List<RequestTree> trees(Random random) {
        List<RequestTree> trees = new ArrayList<>();
        for (int document = 0; document < 60; document++) {
            long[] context = ids(random, 1 + random.nextInt(document % 7 == 0 ? 3 : 40));
            long[] common = ids(random, random.nextInt(3));
            List<EncodedRequest> requests = new ArrayList<>();
            int choices = 1 + random.nextInt(4);
            for (int choice = 0; choice < choices; choice++) {
                long[] own = ids(random, document % 5 == 0 ? 1 : random.nextInt(8));
                long[] start = document % 11 == 0 ? ids(random, context.length) : context;
                long[] tokens = join(start, common, own);
                requests.add(new EncodedRequest(tokens, tokens.length - start.length));
            }
            trees.add(RequestTree.of(document, requests));
        }
        return trees;
    }

    private static long[] join(long[]... parts) {
        return Arrays.stream(parts).flatMapToLong(Arrays::stream).toArray();
    }

    private static long[] ids(Random random, int count) {
        return random.longs(count, 3, 2000).toArray();
    }
}
