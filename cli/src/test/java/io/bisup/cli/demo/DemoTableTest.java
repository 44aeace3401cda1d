package io.bisup.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class DemoTableTest {

    @Test
    void recoveredIsTheMeanShareOfTheLossTakenBack() {
        double recovered = DemoTable.recovered(new double[] {0.4, 0.2}, new double[] {0.1, 0.1});

        assertThat(recovered).isCloseTo((0.75 + 0.5) / 2, within(1e-12));
    }

    @Test
    void aMethodThatIsWorseThanRoundingRecoversLessThanNothing() {
        assertThat(DemoTable.recovered(new double[] {0.1}, new double[] {0.2})).isNegative();
    }
}
