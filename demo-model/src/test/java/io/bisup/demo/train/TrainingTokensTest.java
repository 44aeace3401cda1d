package io.bisup.demo.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.demo.token.BpeVocabulary;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TrainingTokensTest {

    @Test
    void drawsAllThreeKindsOfWindows() {
        TrainingTokens tokens = new TrainingTokens(
                List.of("abc", "abd"), "P", text -> text.chars().asLongStream().toArray(), 1);
        Set<String> kinds = new HashSet<>();
        for (int i = 0; i < 60; i++) {
            long[] window = tokens.next(6);
            assertThat(window).hasSize(6);
            kinds.add(kind(window));
        }

        assertThat(kinds).containsExactlyInAnyOrder("cut", "document", "prefix");
        assertThat(tokens.size()).isEqualTo(10);
    }

    @Test
    void scheduleWarmsUpAndFalls() {
        TrainingSettings settings = new TrainingSettings(1, 100, 1, 8, 1, 10, 0, 1);

        assertThat(settings.schedule(0)).isEqualTo(0.1);
        assertThat(settings.schedule(9)).isEqualTo(1);
        assertThat(settings.schedule(55)).isBetween(0.5, 0.55);
        assertThat(settings.schedule(99)).isBetween(0.05, 0.06);
    }

    private static String kind(long[] window) {
        if (window[0] != BpeVocabulary.BOS_ID) {
            return "cut";
        }
        return window[1] == 'P' ? "prefix" : "document";
    }
}
