package io.bisup.llm.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.checkpoint.SafetensorsFile;
import io.bisup.llm.config.AttentionWindows;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.TestDevice;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every family computes the logits that transformers computes, for 24 tokens at once, token by token, in pieces behind a
 * cache, and behind a prefix. Windows are 4 to 6 positions and LongRoPE's trained context 16, so each of them matters.
 */
class FamiliesTest {
    private static final double LARGEST_DIFFERENCE = 1e-4;

    private final TensorRuntime runtime = TestDevice.runtime();

    /** The ids and logits [time, vocabulary] that transformers computed of all of them and of the first twelve. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Expected(long[] ids, float[] logits, float[] first) {
        static Expected of(Path folder) {
            try (SafetensorsFile file = SafetensorsFile.open(folder.resolve("expected.safetensors"))) {
                return new Expected(
                        file.tensor("ids").orElseThrow().toLongs(),
                        file.tensor("logits").orElseThrow().toFloats(),
                        file.tensor("first").orElseThrow().toFloats());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mistral-window",
                "mistral-full",
                "ministral",
                "llama-biases",
                "qwen2-window",
                "qwen3-window",
                "phi3-window",
                "phi3-longrope"
            })
    void logitsEqualThoseOfTransformers(String name) {
        Path folder = folder(name);
        Expected expected = Expected.of(folder);
        try (LanguageModel model = open(folder)) {
            assertClose(expected.logits(), logits(model, expected.ids()));
            assertClose(expected.first(), logits(model, Arrays.copyOf(expected.ids(), 12)));
        }
    }

    /** LongRoPE is left out: where a cache crosses its trained context, transformers itself mixes two sets of frequencies. */
    @ParameterizedTest
    @ValueSource(
            strings = {"mistral-window", "mistral-full", "ministral", "qwen2-window", "qwen3-window", "phi3-window"})
    void aCacheAndAPrefixKeepTheWindow(String name) {
        Path folder = folder(name);
        Expected expected = Expected.of(folder);
        try (LanguageModel model = open(folder)) {
            assertClose(expected.logits(), inPieces(model, expected.ids(), 1));
            assertClose(expected.logits(), inPieces(model, expected.ids(), 7));
        }
        try (LanguageModel behind = open(folder).behind(Arrays.copyOf(expected.ids(), 3))) {
            int vocabulary = behind.config().vocabSize();
            float[] rest = Arrays.copyOfRange(expected.logits(), 3 * vocabulary, expected.logits().length);
            assertClose(rest, logits(behind, Arrays.copyOfRange(expected.ids(), 3, expected.ids().length)));
        }
    }

    /** A window one position wider or narrower is another model: the fixtures would show it. */
    @ParameterizedTest
    @ValueSource(strings = {"mistral-window", "ministral", "qwen2-window", "qwen3-window", "phi3-window"})
    void aWindowOfAnotherSizeIsSeen(String name) {
        Path folder = folder(name);
        Expected expected = Expected.of(folder);
        DecoderConfig config = DecoderConfig.read(folder);
        for (int change : new int[] {-1, 1}) {
            AttentionWindows windows = config.windows();
            DecoderConfig other = with(config, new AttentionWindows(windows.size() + change, windows.windowed()));
            try (Checkpoint checkpoint = Checkpoint.open(folder);
                    LanguageModel model = LanguageModel.resident(runtime, other, checkpoint)) {
                assertThat(difference(expected.logits(), logits(model, expected.ids())))
                        .isGreaterThan(100 * LARGEST_DIFFERENCE);
            }
        }
    }

    private LanguageModel open(Path folder) {
        DecoderConfig config = DecoderConfig.read(folder);
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            checkpoint.requireMatch(config);
            return LanguageModel.resident(runtime, config, checkpoint);
        }
    }

    private static float[] logits(LanguageModel model, long[] ids) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            return model.forward(ids).toFloatArray();
        }
    }

    private static float[] inPieces(LanguageModel model, long[] ids, int length) {
        int vocabulary = model.config().vocabSize();
        float[] all = new float[ids.length * vocabulary];
        try (KeyValueCache cache = model.newCache()) {
            for (int first = 0; first < ids.length; first += length) {
                int end = Math.min(ids.length, first + length);
                try (NDScope scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    NDArray piece = model.forward(Arrays.copyOfRange(ids, first, end), cache);
                    System.arraycopy(piece.toFloatArray(), 0, all, first * vocabulary, (end - first) * vocabulary);
                }
            }
        }
        return all;
    }

    private static void assertClose(float[] expected, float[] actual) {
        assertThat(actual).hasSameSizeAs(expected);
        assertThat(difference(expected, actual)).isLessThan(LARGEST_DIFFERENCE);
    }

    private static double difference(float[] expected, float[] actual) {
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i] - actual[i]));
        }
        return largest;
    }

    private static DecoderConfig with(DecoderConfig c, AttentionWindows windows) {
        return new DecoderConfig(
                c.architecture(),
                c.hiddenSize(),
                c.layers(),
                c.attentionHeads(),
                c.keyValueHeads(),
                c.headDim(),
                c.intermediateSize(),
                c.vocabSize(),
                c.rmsNormEpsilon(),
                c.ropeTheta(),
                c.ropeScaling(),
                c.tiedEmbeddings(),
                c.attentionBias(),
                c.queryKeyNorm(),
                c.maxPositions(),
                c.bosTokenId(),
                c.eosTokenId(),
                c.outputBias(),
                c.feedForwardBias(),
                windows);
    }

    private static Path folder(String name) {
        try {
            return Path.of(FamiliesTest.class
                            .getResource("/io/bisup/llm/families/" + name + "/config.json")
                            .toURI())
                    .getParent();
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
