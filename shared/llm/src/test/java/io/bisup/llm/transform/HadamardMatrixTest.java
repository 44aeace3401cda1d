package io.bisup.llm.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.llm.checkpoint.SafetensorsFile;
import io.bisup.llm.checkpoint.TensorView;
import io.bisup.llm.testing.ReferenceData;
import java.util.BitSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HadamardMatrixTest {

    /** H1: H Hᵀ = n I exactly, for every order that a construction of methods §1.7 is needed for. */
    @ParameterizedTest
    @ValueSource(
            ints = {1, 2, 4, 8, 12, 16, 20, 28, 32, 36, 44, 52, 64, 68, 76, 100, 108, 128, 140, 148, 344, 924, 1024})
    void rowsAreOrthogonal(int order) {
        HadamardMatrix matrix = HadamardMatrix.of(order);
        for (int i = 0; i < order; i++) {
            int row = i;
            assertThat(IntStream.rangeClosed(0, i)
                            .mapToLong(j -> product(matrix, row, j))
                            .toArray())
                    .isEqualTo(LongStream.rangeClosed(0, i)
                            .map(j -> j == row ? order : 0)
                            .toArray());
        }
    }

    private static long product(HadamardMatrix matrix, int i, int j) {
        long sum = 0;
        for (int k = 0; k < matrix.order(); k++) {
            sum += (long) matrix.at(i, k) * matrix.at(j, k);
        }
        return sum;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 6, 14, 30, 92, 428, 1712})
    void ordersWithoutAConstructionAreRefused(int order) {
        assertThat(HadamardMatrix.find(order)).isEmpty();
        assertThatThrownBy(() -> HadamardMatrix.of(order)).hasMessageContaining("order " + order);
    }

    /** A caller that took H for its transpose would pass on symmetric ones only. */
    @Test
    void paleysFirstConstructionIsNotSymmetric() {
        HadamardMatrix matrix = HadamardMatrix.of(12);
        assertThat(matrix.at(0, 1)).isEqualTo(-matrix.at(1, 0));
    }

    /** The 66 matrices of compressed-tensors: all but eight orders have a construction here. */
    @Test
    void findsTheOrdersOfCompressedTensors() {
        Set<Integer> missing = new TreeSet<>();
        try (SafetensorsFile file =
                SafetensorsFile.open(ReferenceData.path("data/conformance/safetensors/hadamards.safetensors"))) {
            assertThat(file.header().tensors()).hasSize(66);
            for (String name : file.header().tensors().keySet()) {
                TensorView view = file.tensor(name).orElseThrow();
                int order = Integer.parseInt(view.name());
                assertThat(isHadamard(view.toLongs(), order)).as(view.name()).isTrue();
                if (!Rotations.hasHadamard(order)) {
                    missing.add(order);
                }
            }
        }
        assertThat(missing).containsExactly(92, 116, 156, 172, 184, 188, 232, 236);
    }

    private static boolean isHadamard(long[] entries, int order) {
        BitSet[] rows = new BitSet[order];
        for (int i = 0; i < order; i++) {
            rows[i] = new BitSet(order);
            for (int j = 0; j < order; j++) {
                rows[i].set(j, entries[i * order + j] == 1);
            }
        }
        for (int i = 0; i < order; i++) {
            for (int j = 0; j < i; j++) {
                BitSet different = (BitSet) rows[i].clone();
                different.xor(rows[j]);
                if (2 * different.cardinality() != order) {
                    return false;
                }
            }
        }
        return true;
    }
}
