package io.bisup.platform.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChildJvmTest {

    /** A virtual thread in a read of a pipe holds its carrier; as many of those as processors, and no virtual thread runs. */
    @Test
    void aChildThatSaysNothingHoldsNoVirtualThreadsCarrier() throws IOException {
        try (ChildJvm child = ChildJvm.start(Silent.class, List.of(), List.of(), null, line -> {})) {
            String name = "child-" + child.handle().pid();
            assertThat(Thread.getAllStackTraces().keySet())
                    .filteredOn(thread -> !thread.isVirtual())
                    .extracting(Thread::getName)
                    .contains(name + "-log", name + "-messages");
        }
    }

    /** The child: says nothing and ends with its parent. */
    static final class Silent {

        private Silent() {}

        public static void main(String[] arguments) throws IOException {
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }
}
