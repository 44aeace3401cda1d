package io.bisup.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Perplexities beside one another, window by window. */
class PerplexityResultTest {

    private static final List<Double> LOSSES = List.of(2.0, 3.0, 4.0);

    @Test
    void theErrorOfARatioIsThatOfTheWindowsDifferences() {
        // Differences 0.1, 0.2, 0.3: mean 0.2, deviation 0.1, over the root of three.
        Estimate ratio = result(List.of(2.1, 3.2, 4.3)).lnRatio(result(LOSSES));

        assertThat(ratio.value()).isCloseTo(0.2, within(1e-12));
        assertThat(ratio.stderr()).isCloseTo(0.1 / Math.sqrt(3), within(1e-12));
        assertThat(ratio.significant()).isTrue();
        assertThat(result(List.of(1.0, 3.0, 5.1)).lnRatio(result(LOSSES)).significant())
                .as("windows that disagree by far more than they differ on the mean")
                .isFalse();
    }

    @Test
    void theErrorOfAPerplexityIsThatOfTheMeanLossTimesIt() {
        Estimate estimate = result(LOSSES).estimate();

        assertThat(estimate.value()).isEqualTo(Math.exp(3));
        assertThat(estimate.stderr()).isCloseTo(Math.exp(3) / Math.sqrt(3), within(1e-12));
    }

    @Test
    void withoutTheWindowsLossesNoErrorIsToldAndNoDifferenceIsOne() {
        for (PerplexityResult reference : List.of(result(null), result(LOSSES).summary(), result(List.of(1.0, 2.0)))) {
            Estimate ratio = result(LOSSES).lnRatio(reference);
            assertThat(ratio.value()).isEqualTo(Math.log(Math.exp(3) / reference.perplexity()));
            assertThat(ratio.stderr()).isNaN();
            assertThat(ratio.significant()).isFalse();
        }
        assertThat(result(null).estimate().stderr()).isNaN();
        assertThatThrownBy(() -> Estimate.meanDifference(LOSSES, List.of(1.0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("3 values against 1");
    }

    @Test
    void aResultOfAReleaseThatKeptNoLossesIsRead() {
        String stored = Json.write(result(LOSSES).summary());

        assertThat(stored).doesNotContain("windowLosses");
        assertThat(Json.read(stored, PerplexityResult.class))
                .isEqualTo(result(LOSSES).summary());
        assertThat(Json.read(Json.write(result(LOSSES)), PerplexityResult.class))
                .isEqualTo(result(LOSSES));
    }

    private static PerplexityResult result(@Nullable List<Double> losses) {
        double mean = losses == null
                ? 2
                : losses.stream().mapToDouble(loss -> loss).average().orElseThrow();
        return new PerplexityResult(
                "w",
                "0",
                DatasetFormat.TEXT,
                PerplexitySpec.Protocol.GPTQ,
                64,
                192,
                3,
                "none",
                "none",
                "float32",
                "1",
                Math.exp(mean),
                0.1,
                losses);
    }
}
