package io.bisup.quantize.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.contract.InvalidSpecException;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.plan.Planner;
import io.bisup.quantize.TinyModels;
import io.bisup.quantize.export.EndsType;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tiny models have 256 positions. */
class QuantizationInputTest {
    private static final DecoderConfig CONFIG = TinyModels.config(Architecture.LLAMA, 1);

    private static QuantizationInput input(int prefix, long[]... windows) {
        return new QuantizationInput(
                name -> TinyModels.parameter(CONFIG, name),
                Planner.require(TinyModels.nearest(4), CONFIG),
                List.of(windows),
                Collections.nCopies(prefix, 1L),
                EndsType.FLOAT32);
    }

    @Test
    void windowsAndPrefixShareThePositions() {
        assertThat(input(56, new long[200], new long[200]).time()).isEqualTo(200);
        assertThatThrownBy(() -> input(57, new long[200]))
                .isInstanceOf(InvalidSpecException.class)
                .hasMessageContaining("200 tokens behind a prefix of 57")
                .hasMessageContaining("256 positions")
                .hasMessageContaining("at most 199");
    }

    @Test
    void thereIsSomethingToCalibrateOn() {
        assertThatThrownBy(() -> input(0)).hasMessageContaining("no samples");
    }

    @Test
    void windowsAreOfOneLength() {
        assertThatThrownBy(() -> input(0, new long[8], new long[9])).hasMessageContaining("several lengths");
    }
}
