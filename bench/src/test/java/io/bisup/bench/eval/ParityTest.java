package io.bisup.bench.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.contract.TaskSample;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What counts as a difference between two programs. */
class ParityTest {

    private static final TaskSample SAMPLE = sample(0, List.of(-10.0, -20.0), true, 1.0);

    @Test
    void withinTheToleranceNothingDiffers() {
        Parity parity = Parity.of(List.of(SAMPLE), List.of(sample(0, List.of(-10.0019, -20.0), true, 1.0)));
        assertThat(parity.difference()).isBetween(0.0018, 0.0020);
        assertThat(parity.outside()).isZero();
        assertThat(parity.unequal()).isZero();
        assertThat(parity.holds()).isTrue();
    }

    @Test
    void aLogLikelihoodBeyondItIsCounted() {
        Parity parity = Parity.of(List.of(SAMPLE), List.of(sample(0, List.of(-10.0021, -20.0), true, 1.0)));
        assertThat(parity.outside()).isEqualTo(1);
        assertThat(parity.holds()).isFalse();
    }

    @Test
    void anotherPredictionIsCounted() {
        for (TaskSample other : List.of(
                sample(0, SAMPLE.ll(), false, 1.0),
                sample(0, SAMPLE.ll(), true, 0.0),
                sample(0, SAMPLE.ll(), true, null))) {
            Parity parity = Parity.of(List.of(SAMPLE), List.of(other));
            assertThat(parity.outside()).isZero();
            assertThat(parity.unequal()).isEqualTo(1);
        }
    }

    @Test
    void otherRequestsAreNotCompared() {
        TaskSample other = new TaskSample(0, SAMPLE.ll(), SAMPLE.greedy(), 0, 1, 1.0, List.of("aa", "cc"));
        assertThatThrownBy(() -> Parity.of(List.of(SAMPLE), List.of(other)))
                .hasMessageContaining("document 0 asks other requests");
        assertThatThrownBy(() -> Parity.of(List.of(SAMPLE), List.of()))
                .hasMessageContaining("1 documents here, 0 there");
    }

    private static TaskSample sample(int document, List<Double> ll, boolean greedy, Double accNorm) {
        return new TaskSample(document, ll, List.of(greedy, false), 0, 1, accNorm, List.of("aa", "bb"));
    }
}
