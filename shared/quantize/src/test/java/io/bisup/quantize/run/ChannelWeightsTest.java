package io.bisup.quantize.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChannelWeightsTest {

    private static List<Float> weights(List<Double> gradients, List<Double> outputs) {
        return ChannelWeights.weights(new FinalGradients.Squares(gradients, outputs), 7);
    }

    @Test
    void areInProportionToSquaredGradients() {
        List<Float> weights = weights(List.of(1e-7, 3e-7, 2e-7), List.of(5.0, 1.0, 2.0));
        assertThat(weights.get(1) / weights.get(0)).isCloseTo(3f, within(1e-5f));
        assertThat(weights.get(2) / weights.get(0)).isCloseTo(2f, within(1e-5f));
    }

    /** So that a loss is still a part of the targets' power, whichever channels are large. */
    @Test
    void leaveTheMeanSquareOfTheTargetsAsItIs() {
        List<Double> outputs = List.of(500.0, 1.0, 2.0, 0.5);
        List<Float> weights = weights(List.of(1.0, 3.0, 2.0, 0.5), outputs);
        double weighted = 0;
        for (int i = 0; i < outputs.size(); i++) {
            weighted += weights.get(i) * outputs.get(i);
        }
        assertThat(weighted).isCloseTo(503.5, within(1e-3));
    }

    @Test
    void noChannelIsFree() {
        List<Float> weights = weights(List.of(0.0, 1.0, 3.0), List.of(1.0, 1.0, 1.0));
        assertThat(weights.get(0) / weights.get(2)).isCloseTo((float) (ChannelWeights.FLOOR / 2.25), within(1e-6f));
    }

    @Test
    void equalGradientsAreExactlyOnes() {
        List<Float> ones = Collections.nCopies(13, 1f);
        assertThat(weights(Collections.nCopies(13, 0.37), Collections.nCopies(13, 2.1)))
                .isEqualTo(ones);
        assertThat(weights(Collections.nCopies(13, 0.0), Collections.nCopies(13, 2.1)))
                .isEqualTo(ones);
    }

    @Test
    void aGradientThatIsNotFiniteNamesItsBlock() {
        assertThatThrownBy(() -> weights(List.of(1.0, Double.NaN), List.of(1.0, 1.0)))
                .isInstanceOfSatisfying(
                        FailureException.class, e -> assertThat(e.code()).isEqualTo(FailureCode.NON_FINITE_VALUES))
                .hasMessageContaining("block 7");
    }
}
