package io.bisup.llm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDScope;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.TestDevice;
import io.bisup.llm.testing.ReferenceData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A trained model against an independent float64 forward pass. */
class TinyStoriesTest {
    private static final double TOLERANCE = 1e-4;
    private final TensorRuntime runtime = TestDevice.runtime();
    private JsonNode reference;
    private LanguageModel model;

    @BeforeEach
    void open() throws IOException {
        Path folder = ReferenceData.path("data/models/TinyStories-656K");
        Path outputs = ReferenceData.path("reference/reference_outputs.json");
        reference = new ObjectMapper().readTree(outputs.toFile()).get("TinyStories-656K");
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            model = LanguageModel.resident(runtime, DecoderConfig.read(folder), checkpoint);
        }
    }

    @AfterEach
    void close() {
        if (model != null) {
            model.close();
        }
    }

    @Test
    void theTenBestLogitsAgree() {
        for (JsonNode prompt : reference.get("prompts")) {
            long[] ids = longs(prompt.get("ids"));
            float[] last = lastLogits(ids);
            for (int i = 0; i < 10; i++) {
                int token = prompt.get("top10").get(i).asInt();
                double expected = prompt.get("top10_logits").get(i).asDouble();
                assertThat((double) last[token]).isCloseTo(expected, within(TOLERANCE));
            }
        }
    }

    private float[] lastLogits(long[] ids) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            return model.forward(ids).get(":, -1").toFloatArray();
        }
    }

    @Test
    void greedyContinuationsAgree() {
        GreedyDecoder decoder = new GreedyDecoder(model, OptionalInt.of(2));
        for (JsonNode prompt : reference.get("prompts")) {
            assertThat(decoder.continueFrom(longs(prompt.get("ids")), 40))
                    .containsExactly(longs(prompt.get("greedy40")));
        }
    }

    @Test
    void everyStoryHasItsNegativeLogLikelihood() {
        List<long[]> stories = new ArrayList<>();
        reference.get("stories").forEach(story -> stories.add(longs(story.get("ids"))));
        List<TokenScores> scores = model.score(stories);
        for (int i = 0; i < stories.size(); i++) {
            double expected = reference.get("stories").get(i).get("nll_sum").asDouble();
            assertThat(scores.get(i).negativeLogLikelihood() / (stories.get(i).length - 1))
                    .isCloseTo(expected / (stories.get(i).length - 1), within(1e-6));
            assertThat(scores.get(i).negativeLogLikelihood()).isCloseTo(expected, within(TOLERANCE));
        }
    }

    private static long[] longs(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToLong(JsonNode::asLong)
                .toArray();
    }
}
