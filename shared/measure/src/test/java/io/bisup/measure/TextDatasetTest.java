package io.bisup.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.llm.testing.ReferenceData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextDatasetTest {

    @TempDir
    Path folder;

    @Test
    void readsLinesAsTheDatasetsLibraryDoes() throws IOException {
        Path file = folder.resolve("some.raw");
        Files.writeString(file, " \n = Title = \n \t\u00a0\u2007\nA line .\r\nNo newline");

        TextDataset dataset = TextDataset.read(file, "some");

        assertThat(dataset.rows()).containsExactly("", " = Title = \n", "", "A line .\n", "No newline");
        assertThat(dataset.documents()).isFalse();
    }

    @Test
    void wikiTextHasItsKnownNumberOfRows() {
        TextDataset dataset = TextDataset.read(ReferenceData.path("data/corpora/wikitext2/wiki.test.raw"), "wikitext2");

        assertThat(dataset.rows()).hasSize(4358);
        assertThat(dataset.rows().getFirst()).isEmpty();
        assertThat(dataset.sha256()).hasSize(64);
    }

    @Test
    void readsDocuments() throws IOException {
        Path file = folder.resolve("docs.jsonl");
        Files.writeString(file, "{\"text\": \"one\\ntwo\", \"url\": \"x\"}\n\n{\"text\": \"\"}\n");

        TextDataset dataset = TextDataset.read(file, "docs");

        assertThat(dataset.rows()).containsExactly("one\ntwo", "");
        assertThat(dataset.documents()).isTrue();
    }

    @Test
    void saysWhatIsWrongWithAFile() throws IOException {
        Path file = folder.resolve("bad.jsonl");
        assertRefused(file, "no such file");
        Files.writeString(file, "{\"text\": 1}");
        assertRefused(file, "document 0");
        Files.writeString(file, "{\"text\": \"a\"}\nnot json");
        assertRefused(file, "document 1");
        Files.writeString(file, "");
        assertRefused(file, "empty");
        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe});
        assertRefused(file, "UTF-8");
    }

    private static void assertRefused(Path file, String cause) {
        assertThatThrownBy(() -> TextDataset.read(file, "mine"))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith("mine: ")
                .hasMessageContaining(cause);
    }
}
