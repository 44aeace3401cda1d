package io.bisup.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.contract.DatasetFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class TextDatasetTest {

    @TempDir
    Path folder;

    @Test
    void readsLinesAsTheDatasetsLibraryDoes() throws IOException {
        Path file = file("some.raw", " \n = Title = \n \t\u00a0\u2007\nA line .\r\nNo newline");

        TextDataset dataset = TextDataset.read(file, "some", DatasetFormat.WIKITEXT);

        assertThat(dataset.rows()).containsExactly("", " = Title = \n", "", "A line .\n", "No newline");
        assertThat(dataset.text()).isEqualTo("\n\n = Title = \n\n\n\n\nA line .\n\n\nNo newline");
    }

    @Test
    void readsTextAsItIs() throws IOException {
        String text = " \none\r\n\n two";

        TextDataset dataset = TextDataset.read(file("some.txt", text), "some", DatasetFormat.TEXT);

        assertThat(dataset.text()).isEqualTo(text);
        assertThat(dataset.rows()).containsExactly(text);
    }

    @Test
    void readsDocumentsAndPassesBlankLinesOver() throws IOException {
        Path file = file("docs.jsonl", "\uFEFF{\"text\": \"one\\ntwo\", \"url\": \"x\"}\n\n \t\n{\"text\": \"\"}\n\n");

        TextDataset dataset = TextDataset.read(file, "docs", DatasetFormat.JSONL);

        assertThat(dataset.rows()).containsExactly("one\ntwo", "");
        assertThat(dataset.text()).isEqualTo("one\ntwo\n\n");
    }

    @Test
    void aDocumentMayBeLongerThanAMebibyte() throws IOException {
        String text = "word ".repeat(500_000);

        TextDataset dataset =
                TextDataset.read(file("docs.jsonl", "{\"text\": \"" + text + "\"}\n"), "docs", DatasetFormat.JSONL);

        assertThat(dataset.rows()).containsExactly(text);
    }

    @Test
    void readsDocumentsOfParquet() throws IOException {
        TextDataset dataset = TextDataset.read(resource("documents.parquet"), "docs", DatasetFormat.PARQUET);

        assertThat(dataset.rows()).containsExactly("One document.\n", "Two, after it.");
    }

    /** The library's own threads end over a page, and the one that waits for them would wait for ever. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aPageThatTheLibraryNeverFinishesIsGivenUp() {
        Duration patience = Duration.ofSeconds(2);
        assertThatThrownBy(() -> ParquetRows.read(resource("broken-page.parquet"), "mine", row -> {}, patience))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith("mine: it cannot be read as Parquet");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    /** Unchecked, Snappy writes past the end of its buffer, and the process ends by a signal. */
    @Test
    void aPageThatHoldsMoreThanItSaysIsRefused() {
        assertThatThrownBy(() -> TextDataset.read(resource("overfull-page.parquet"), "mine", DatasetFormat.PARQUET))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith("mine: it cannot be read as Parquet");
    }

    /** One byte of the footer is changed: it lists no row groups, and the library would make rows for ever. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void noMoreRowsAreReadThanTheFooterSays() {
        assertThatThrownBy(() -> TextDataset.read(resource("no-row-groups.parquet"), "mine", DatasetFormat.PARQUET))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("mine: it is empty");
    }

    @Test
    void errorsNameTheRow() throws IOException {
        assertRefused("bad.jsonl", "{\"text\": 1}", "line 1: field \"text\" is not a string");
        assertRefused("bad.jsonl", "\n{\"text\": \"a\"}\n\n{\"txt\": \"a\"}", "line 4: field \"text\" is missing");
        assertRefused("bad.jsonl", "{\"text\": \"a\"}\nnot json", "line 2 is no JSON object");
        assertRefused("bad.jsonl", "{\"text\": \"a\"}\n{\"text\": \"b\"} {}", "line 2 is no JSON object");
        assertRefused("bad.jsonl", "{\"text\": \"a\"}\n{\"text\": \"trunca", "line 2 is no JSON object");
        assertRefused("bad.jsonl", "[\"text\"]", "line 1 is no JSON object");
        assertThatThrownBy(() -> TextDataset.read(resource("null-text.parquet"), "mine", DatasetFormat.PARQUET))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("row 2: field \"text\" is missing");
    }

    @Test
    void saysWhatIsWrongWithAFile() throws IOException {
        assertThatThrownBy(() -> TextDataset.read(folder.resolve("none"), "mine", DatasetFormat.TEXT))
                .hasMessageContaining("no such file");
        for (String name : new String[] {"empty.txt", "empty.raw", "empty.jsonl"}) {
            assertRefused(name, "", "it is empty");
            assertRefused(name, " \n\u00a0\n".substring(0, name.endsWith("l") ? 2 : 4), "it is empty");
        }
        Path file = folder.resolve("latin.jsonl");
        for (DatasetFormat format : DatasetFormat.values()) {
            Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe});
            assertThatThrownBy(() -> TextDataset.read(file, "mine", format))
                    .isInstanceOf(DatasetException.class)
                    .hasMessageStartingWith("mine: ")
                    .hasMessageContaining(format == DatasetFormat.PARQUET ? "Parquet" : "UTF-8");
        }
    }

    @Test
    void aTruncatedParquetFileIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(resource("documents.parquet"));
        for (int length = 0; length < whole.length; length += 37) {
            Path cut = folder.resolve("cut.parquet");
            Files.write(cut, java.util.Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> TextDataset.read(cut, "mine", DatasetFormat.PARQUET))
                    .isInstanceOf(DatasetException.class)
                    .hasMessageStartingWith("mine: ");
        }
    }

    private void assertRefused(String name, String content, String cause) throws IOException {
        Path file = file(name, content);
        assertThatThrownBy(() -> TextDataset.read(file, "mine", DatasetFormat.ofFileName(name)))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith("mine: ")
                .hasMessageContaining(cause)
                .satisfies(read -> assertThatThrownBy(
                                () -> TextDataset.check(file, "mine", DatasetFormat.ofFileName(name)))
                        .as("registration says the same")
                        .hasMessage(read.getMessage()));
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private Path resource(String name) throws IOException {
        Path copy = folder.resolve("copy-" + name);
        try (InputStream in = Objects.requireNonNull(TextDatasetTest.class.getResourceAsStream(name), name)) {
            Files.copy(in, copy, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        return copy;
    }
}
