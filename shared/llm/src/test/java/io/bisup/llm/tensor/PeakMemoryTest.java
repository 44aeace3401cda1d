package io.bisup.llm.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.Test;

class PeakMemoryTest {
    private static final long MEBIBYTE = 1 << 20;
    private final TensorRuntime runtime = TestDevice.runtime();
    private final PeakMemory memory = new PeakMemory(runtime.device());

    @Test
    void aLargeTensorIsSeenAfterItIsGoneUntilTheNextReset() {
        assumeTrue(memory.reset(), "this system cannot reset the high-water mark");
        long before = memory.bytes().orElseThrow();
        try (NDArray large = runtime.manager().ones(new Shape(64 * MEBIBYTE))) {
            assertThat(large.getShape().size()).isEqualTo(64 * MEBIBYTE);
        }
        long peak = memory.bytes().orElseThrow();
        assertThat(peak - before).isBetween(240 * MEBIBYTE, 320 * MEBIBYTE);
        assertThat(memory.reset()).isTrue();
        assertThat(memory.bytes().orElseThrow()).isLessThan(peak - 200 * MEBIBYTE);
    }
}
