package io.bisup.llm.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Acceptance row E1: the numbers CPython prints. */
class PythonRandomTest {

    @Test
    void repeatsTheGoldenNumbersOfThePublishedRecipes() {
        assertThat(draw(0, 0, 99, 5)).containsExactly(49, 97, 53, 5, 33);
        assertThat(draw(0, 0, 2_000_000, 3)).containsExactly(1_770_880, 807_917, 1_589_545);
        assertThat(draw(2, 0, 2_000_000, 3)).containsExactly(1_810_071, 1_987_738, 1_780_597);
    }

    @Test
    void repeatsLargeSeedsAndLargeRanges() {
        assertThat(draw(987_654_321_012_345L, 5, 1L << 40, 4))
                .containsExactly(815_832_516_305L, 898_530_594_751L, 1_045_167_508_317L, 1_073_832_433_044L);
        assertThat(draw(-7, 0, 9, 8)).isEqualTo(draw(7, 0, 9, 8));
    }

    @Test
    void staysRightAfterManyRegenerations() {
        PythonRandom random = new PythonRandom(12345);
        LongStream.range(0, 9_999).forEach(i -> random.randint(0, 0xffff_ffffL));

        assertThat(random.randint(0, 0xffff_ffffL)).isEqualTo(810_413_774L);
    }

    @Test
    void anEmptyRangeIsRefused() {
        assertThatThrownBy(() -> new PythonRandom(0).randint(0, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    private static long[] draw(long seed, long low, long high, int count) {
        PythonRandom random = new PythonRandom(seed);
        return LongStream.generate(() -> random.randint(low, high)).limit(count).toArray();
    }
}
