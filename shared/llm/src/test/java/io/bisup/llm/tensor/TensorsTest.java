package io.bisup.llm.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TensorsTest {
    private final NDManager manager = TestDevice.runtime().manager();

    private int managed() {
        return ((BaseNDManager) manager).getManagedArrays().size();
    }

    /** The Java array may change afterwards: the tensor has its own memory. */
    @Test
    void tensorsAreCopies() {
        float[] values = {1, 2, 3, 4};
        try (NDArray tensor = Tensors.floats(manager, values, 2, 2)) {
            values[0] = 9;
            assertThat(tensor.toFloatArray()).containsExactly(1, 2, 3, 4);
            assertThat(tensor.getShape()).isEqualTo(new Shape(2, 2));
        }
    }

    @Test
    void singlePrecisionIsRoundedToNearest() {
        try (NDArray single = Tensors.reals(manager, DataType.FLOAT32, new double[] {0.1, 1 + 0x1p-25}, 2);
                NDArray wide = Tensors.reals(manager, DataType.FLOAT64, new double[] {0.1}, 1)) {
            assertThat(single.toFloatArray()).containsExactly(0.1f, 1f);
            assertThat(wide.toDoubleArray()).containsExactly(0.1);
        }
    }

    @Test
    void sizesThatDoNotFitAreRefused() {
        MemorySegment twelve = MemorySegment.ofArray(new byte[12]);
        assertThatThrownBy(() -> Tensors.segment(manager, twelve, new Shape(4), DataType.FLOAT32))
                .hasMessageContaining("needs 16 bytes, the source has 12");
        try (NDArray tensor = Tensors.floats(manager, new float[4], 4)) {
            assertThatThrownBy(() -> Tensors.copyTo(tensor, twelve))
                    .hasMessageContaining("has 16 bytes, the target 12");
        }
    }

    @Test
    void whatIsCopiedOutIsWhatWasPutIn() {
        long[] ids = {5, -1, Long.MAX_VALUE};
        long[] back = new long[3];
        try (NDArray tensor = Tensors.longs(manager, ids, 3)) {
            Tensors.copyTo(tensor, MemorySegment.ofArray(back));
        }
        assertThat(back).isEqualTo(ids);
    }

    /** Of a computation only its result is left, and that is the enclosing scope's. */
    @Test
    void aComputationLeavesItsResultAlone() {
        int before = managed();
        List<NDArray> seen = new ArrayList<>();
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray result = Tensors.inScope(() -> {
                NDArray ones = Tensors.floats(manager, new float[] {1, 1}, 2);
                seen.add(ones);
                return ones.add(ones);
            });
            assertThat(result.toFloatArray()).containsExactly(2, 2);
            assertThat(managed()).isEqualTo(before + 1);
            assertThatThrownBy(() -> seen.getFirst().toFloatArray()).isInstanceOf(IllegalStateException.class);
        }
        assertThat(managed()).isEqualTo(before);
    }

    @Test
    void severalResultsAreLeftTogether() {
        int before = managed();
        NDArray[] results = Tensors.manyInScope(() -> {
            NDArray ones = Tensors.floats(manager, new float[] {1}, 1);
            return new NDArray[] {ones.add(ones), ones.mul(5)};
        });
        assertThat(managed()).isEqualTo(before + 2);
        assertThat(results[1].toFloatArray()).containsExactly(5);
        for (NDArray result : results) {
            result.close();
        }
        assertThat(managed()).isEqualTo(before);
    }

    @Test
    void aComputationThatFailsLeavesNothing() {
        int before = managed();
        assertThatThrownBy(() -> Tensors.inScope(() -> {
                    Tensors.floats(manager, new float[] {1}, 1).add(1);
                    throw new IllegalStateException("failed");
                }))
                .hasMessage("failed");
        assertThat(managed()).isEqualTo(before);
    }
}
