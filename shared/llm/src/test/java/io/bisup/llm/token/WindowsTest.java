package io.bisup.llm.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class WindowsTest {

    private static final long[] TOKENS = LongStream.range(0, 110).toArray();

    @Test
    void drawsTheStartsThatPythonDraws() {
        // 110 tokens, windows of 10: randint(0, 99) with seed 0 starts 49, 97, 53.
        List<long[]> windows = Windows.random(TOKENS, 3, 10, 0);

        assertThat(windows).extracting(w -> w[0]).containsExactly(49L, 97L, 53L);
        assertThat(windows).allSatisfy(w -> assertThat(w).hasSize(10));
        assertThat(windows.get(1)).endsWith(106);
    }

    @Test
    void dropsTheTokensThatDoNotFillAWindow() {
        List<long[]> windows = Windows.consecutive(TOKENS, 25);

        assertThat(windows).hasSize(4);
        assertThat(windows.getLast()).startsWith(75).endsWith(99);
    }

    @Test
    void saysHowManyTokensAreNeeded() {
        assertThatThrownBy(() -> Windows.random(TOKENS, 1, 110, 0))
                .hasMessageContaining("110 tokens")
                .hasMessageContaining("111");
    }
}
