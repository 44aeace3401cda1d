package io.bisup.llm.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.RopeScaling;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Head size 8 and base 10,000: frequencies 1, 0.1, 0.01, 0.001. */
class RotaryFrequenciesTest {
    private static float[] frequencies(RopeScaling scaling) {
        return RotaryFrequencies.of(config(scaling)).perPosition();
    }

    private static DecoderConfig config(RopeScaling scaling) {
        return new DecoderConfig(
                Architecture.LLAMA, 64, 1, 8, 8, 8, 128, 97, 1e-6, 10_000, scaling, false, false, false, 4096, 1, 2);
    }

    @Test
    void framesOfReference() {
        assertThat(frequencies(new RopeScaling.Default())).containsExactly(1f, 0.1f, 0.01f, 0.001f);
        assertThat(frequencies(new RopeScaling.Linear(4))).containsExactly(0.25f, 0.025f, 0.0025f, 0.00025f);
    }

    /** In a context of 1,024: 163, 16.3, 1.63 and 0.163 waves; up to one is stretched, from four on kept, 1.63 blended. */
    @Test
    void llama3StretchesLongWavesKeepsShortOnesAndBlendsBetween() {
        float[] scaled = frequencies(new RopeScaling.Llama3(8, 1, 4, 1024));
        double kept = (1024 * 0.01 / (2 * Math.PI) - 1) / 3;
        assertThat(scaled[0]).isEqualTo(1f);
        assertThat(scaled[1]).isEqualTo(0.1f);
        assertThat((double) scaled[2]).isCloseTo(0.01 * (kept + (1 - kept) / 8), within(1e-9));
        assertThat(scaled[3]).isEqualTo(0.001f / 8);
    }

    @Test
    void longRopeDividesByOneListWithinTheTrainedContextAndByAnotherBeyond() {
        DecoderConfig config =
                config(new RopeScaling.LongRope(List.of(1.0, 2.0, 1.0, 1.0), List.of(4.0, 1.0, 1.0, 10.0), 1024, 1.5));
        assertThat(RotaryFrequencies.of(config).perPosition()).containsExactly(1f, 0.05f, 0.01f, 0.001f);
        assertThat(RotaryFrequencies.ofLongSequences(config).perPosition())
                .containsExactly(0.25f, 0.1f, 0.01f, 0.0001f);
        assertThat(RotaryFrequencies.of(config).amplitude()).isEqualTo(1.5);
        assertThat(RotaryFrequencies.of(config(new RopeScaling.Default())).amplitude())
                .isEqualTo(1);
    }
}
