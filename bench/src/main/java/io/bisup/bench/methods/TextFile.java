package io.bisup.bench.methods;

import io.bisup.contract.DatasetFormat;
import io.bisup.contract.InvalidSpecException;
import io.bisup.data.DatasetException;
import io.bisup.data.TextDataset;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A text and where its bytes lie.
 *
 * @param id what it is
 * @param file that is read whole
 */
record TextFile(TextId id, Path file) {

    /**
     * A file by the name that the page shows.
     *
     * @throws DatasetException if it cannot be read or has no text
     */
    static TextFile of(String name, Path file) {
        DatasetFormat format = DatasetFormat.ofFileName(file.toString());
        TextDataset.check(file, name, format);
        return new TextFile(
                new TextId(name, TextDataset.sha256(file, name), file.toFile().length(), format), file);
    }

    /**
     * The first bytes of a text: documents are not broken, and no character is.
     *
     * @param limit most bytes; 0 for all
     * @param work folder that the copy is written to
     */
    TextFile first(long limit, Path work) throws IOException {
        if (limit == 0 || limit >= id.bytes()) {
            return this;
        }
        byte[] bytes = Files.readAllBytes(file);
        Path cut = work.resolve(id.name() + "." + id.format().extension());
        Files.write(cut, Arrays.copyOf(bytes, end(bytes, Math.toIntExact(limit))));
        return of(id.name(), cut);
    }

    private int end(byte[] bytes, int limit) {
        int end = limit;
        while (end > 0 && !ends(bytes, end)) {
            end--;
        }
        return end;
    }

    /** Whether a text may end before byte {@code end}: after a document's line, or before a character's first byte. */
    private boolean ends(byte[] bytes, int end) {
        return switch (id.format()) {
            case TEXT, WIKITEXT -> (bytes[end] & 0xC0) != 0x80;
            case JSONL -> bytes[end - 1] == '\n';
            case PARQUET ->
                throw new InvalidSpecException(
                        "--limit-bytes", "does not fit " + id.name() + ", a Parquet file", "give JSON lines or text");
        };
    }

    /** The text's rows. */
    TextDataset dataset() {
        return TextDataset.read(file, id.name(), id.format());
    }

    /** Writes a text and names it. */
    static TextFile write(String name, String text, Path file) throws IOException {
        Files.write(file, text.getBytes(StandardCharsets.UTF_8));
        return of(name, file);
    }
}
