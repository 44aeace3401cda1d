package io.bisup.export.gptq;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Scope;
import io.bisup.export.source.Codes;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class GptqTensorsTest {

    /** Eight input channels with the codes 0 to 7 are one word. */
    @Test
    void codesRunDown() {
        Codes codes = codes(1, 8, true, new byte[] {0, 1, 2, 3, 4, 5, 6, 7}, (byte) 8);
        assertThat(GptqTensors.codes(codes, 4)).containsExactly(0x76543210);
    }

    /** Version 1 stores the zero point 8 as 7, version 2 as it is. */
    @Test
    void zerosOfBothVersions() {
        assertThat(GptqTensors.zeros(codes(8, 8, true, new byte[64], (byte) 8), 4))
                .containsExactly(0x77777777);
        assertThat(GptqTensors.zeros(codes(8, 8, false, new byte[64], (byte) 8), 4))
                .containsExactly(0x88888888);
    }

    private static Codes codes(int rows, int columns, boolean symmetric, byte[] codes, byte zero) {
        byte[] zeros = new byte[rows];
        Arrays.fill(zeros, zero);
        return new Codes(rows, columns, Format.integer(4, symmetric, new Scope.Row()), codes, new float[rows], zeros);
    }
}
