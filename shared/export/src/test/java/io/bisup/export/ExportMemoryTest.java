package io.bisup.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.ExportFormat;
import io.bisup.export.format.ExportOptions;
import io.bisup.export.format.ExportProgress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An export needs the memory of a tensor, however large the model: it is written by a Java that has no room for the whole. */
class ExportMemoryTest {

    /** Of the Java that writes, for its heap and for buffers outside of it. */
    private static final int MEGABYTES = 40;

    @TempDir
    Path folder;

    @Test
    void aLargeModelIsWrittenInLittleMemory() throws Exception {
        Path artifact = Artifacts.quantized(
                Artifacts.model(folder.resolve("model"), "llama", false, 256, 2048, 12),
                "precision: {weights: {bits: 4, scope: {columns: 64}}}",
                folder.resolve("artifact"));
        Path out = folder.resolve("export");
        Process writing = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + MEGABYTES + "m",
                        "-XX:MaxDirectMemorySize=" + MEGABYTES + "m",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writing.class.getName(),
                        artifact.toString(),
                        out.toString()))
                .inheritIO()
                .start();
        assertThat(writing.waitFor()).isZero();
        assertThat(out.resolve("model.safetensors").toFile().length()).isGreaterThan(2L * MEGABYTES * 1_000_000);
    }

    /** What the small Java runs. */
    static final class Writing {

        private Writing() {}

        static void main(String[] folders) throws IOException {
            Exports.write(
                    ExportFormat.HF_FAKE,
                    Path.of(folders[0]),
                    Path.of(folders[1]),
                    ExportOptions.DEFAULT.withValues(ExportOptions.ValueType.FLOAT32),
                    ExportProgress.NONE);
        }
    }
}
