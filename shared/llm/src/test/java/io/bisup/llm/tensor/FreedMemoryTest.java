package io.bisup.llm.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FreedMemoryTest {

    /** As large as a weight's rows: too large for the young generation to keep them. */
    private static final int BYTES = 4 << 20;

    @Test
    void garbageOfTheJavaHeapIsCollected() {
        List<WeakReference<byte[]>> weights = garbage();

        FreedMemory.giveBack();

        assertThat(weights)
                .allSatisfy(weight -> assertThat(weight.refersTo(null))
                        .as("a weight that nothing holds is gone")
                        .isTrue());
    }

    private static List<WeakReference<byte[]>> garbage() {
        List<WeakReference<byte[]>> weights = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            weights.add(new WeakReference<>(new byte[BYTES]));
        }
        return weights;
    }
}
