package io.bisup.export.awq;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Scope;
import io.bisup.export.source.Codes;
import org.junit.jupiter.api.Test;

class AwqTensorsTest {

    /** Eight output channels with the codes (and zero points) 0 to 7 are one word. */
    @Test
    void nibblesAreInTheOrderOfTheKernel() {
        byte[] numbers = {0, 1, 2, 3, 4, 5, 6, 7};
        Codes codes =
                new Codes(8, 1, Format.integer(4, false, new Scope.Row()), numbers, new float[8], numbers.clone());
        assertThat(AwqTensors.codes(codes)).containsExactly(0x75316420);
        assertThat(AwqTensors.zeros(codes)).containsExactly(0x75316420);
    }
}
