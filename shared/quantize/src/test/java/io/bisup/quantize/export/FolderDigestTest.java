package io.bisup.quantize.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.contract.Digests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderDigestTest {
    @TempDir
    Path folder;

    @BeforeEach
    void aModel() throws IOException {
        Files.writeString(folder.resolve("model.safetensors"), "weights");
        Files.writeString(folder.resolve("config.json"), "{}");
    }

    private static String sha256(String text) {
        return Digests.sha256(text.getBytes(StandardCharsets.UTF_8));
    }

    /** As anybody can compute it: {@code sha256sum *.json *.safetensors}, one space, sorted by name. */
    @Test
    void theDigestIsThatOfTheFilesDigests() {
        String lines = sha256("{}") + " config.json\n" + sha256("weights") + " model.safetensors\n";
        assertThat(FolderDigest.sha256(folder)).isEqualTo(sha256(lines));
    }

    @Test
    void readmesAndPicklesDoNotCount() throws IOException {
        String before = FolderDigest.sha256(folder);
        Files.writeString(folder.resolve("README.md"), "a model");
        Files.writeString(folder.resolve("model.bin"), "a pickle");
        assertThat(FolderDigest.sha256(folder)).isEqualTo(before);
    }

    @Test
    void anotherNameContentOrFileIsAnotherModel() throws IOException {
        String before = FolderDigest.sha256(folder);
        Files.move(folder.resolve("config.json"), folder.resolve("other.json"));
        String renamed = FolderDigest.sha256(folder);
        Files.writeString(folder.resolve("other.json"), "{ }");
        String changed = FolderDigest.sha256(folder);
        Files.writeString(folder.resolve("tokenizer.json"), "{}");
        assertThat(before).isNotIn(renamed, changed, FolderDigest.sha256(folder));
        assertThat(changed).isNotIn(renamed, FolderDigest.sha256(folder));
    }

    @Test
    void aFolderThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> FolderDigest.sha256(folder.resolve("absent")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("absent");
    }
}
