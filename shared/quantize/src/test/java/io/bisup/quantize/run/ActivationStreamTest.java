package io.bisup.quantize.run;

import static io.bisup.quantize.TinyModels.RUNTIME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.tensor.Tensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ActivationStreamTest {
    /** A device of Linux that takes no byte: every write fails as on a full disk. */
    private static final Path FULL = Path.of("/dev/full");

    @TempDir
    Path folder;

    @Test
    void samplesComeBackAsTheyWereWritten() {
        Path file = folder.resolve("act");
        try (ActivationStream stream = new ActivationStream(RUNTIME.manager(), file, 3, 2, 2);
                NDArray hidden = Tensors.floats(RUNTIME.manager(), new float[] {1, 2, 3, 4}, 1, 2, 2)) {
            stream.write(1, hidden);
            try (NDArray written = stream.read(1);
                    NDArray other = stream.read(2)) {
                assertThat(written.toFloatArray()).containsExactly(1, 2, 3, 4);
                assertThat(other.toFloatArray()).containsOnly(0);
            }
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void aFullDiskIsSaidBeforeAnythingIsMapped() throws IOException {
        assumeTrue(Files.exists(FULL), "only Linux has " + FULL);
        Path file = Files.createSymbolicLink(folder.resolve("act"), FULL);
        assertThatThrownBy(() -> new ActivationStream(RUNTIME.manager(), file, 3, 2, 2))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("48 bytes")
                .hasMessageContaining("No space left");
        assertThat(Files.exists(file, LinkOption.NOFOLLOW_LINKS))
                .as("left behind")
                .isFalse();
        assertThat(FULL).exists();
    }
}
