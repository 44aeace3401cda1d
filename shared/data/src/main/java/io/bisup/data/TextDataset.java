package io.bisup.data;

import io.bisup.contract.DatasetFormat;
import io.bisup.contract.Digests;
import io.bisup.contract.FailureCode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A text data set as rows: the one reading that registration, calibration and evaluation share.
 *
 * @param name as it is reported
 * @param sha256 digest of the file's bytes
 * @param format how it was read
 * @param rows {@link DatasetFormat#TEXT}: one, the whole text; {@link DatasetFormat#WIKITEXT}: the lines, each with its
 *     newline, blank ones as empty strings; otherwise the documents, the rows' {@code text} fields
 */
public record TextDataset(String name, String sha256, DatasetFormat format, List<String> rows) {

    private static final String FIELD = "text";
    private static final String JOINT = "\n\n";

    public TextDataset {
        rows = List.copyOf(rows);
    }

    /**
     * Reads a file.
     *
     * @throws DatasetException if it cannot be read, is not UTF-8, has no text in it, or a row has no {@code text}
     */
    public static TextDataset read(Path file, String name, DatasetFormat format) {
        try {
            List<String> rows = switch (format) {
                case TEXT -> List.of(Files.readString(file));
                case WIKITEXT -> lines(Files.readString(file));
                case JSONL, PARQUET -> documents(file, name, format);
            };
            requireText(rows.stream().anyMatch(row -> !row.chars().allMatch(PythonText::isSpace)), name);
            return new TextDataset(name, sha256(file, name), format, rows);
        } catch (IOException broken) {
            throw DatasetRows.unreadable(file, name, broken);
        }
    }

    /**
     * Reads a file without keeping it: memory is bounded by its longest row.
     *
     * @throws DatasetException where {@link #read} throws one
     */
    public static void check(Path file, String name, DatasetFormat format) {
        boolean[] something = new boolean[1];
        Consumer<String> seen = text -> something[0] |= !text.chars().allMatch(PythonText::isSpace);
        if (format.hasFields()) {
            DatasetRows.forEach(file, name, format, row -> seen.accept(row.string(FIELD)));
        } else {
            try (Reader in = Files.newBufferedReader(file)) {
                char[] buffer = new char[1 << 15];
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    seen.accept(new String(buffer, 0, read));
                }
            } catch (IOException broken) {
                throw DatasetRows.unreadable(file, name, broken);
            }
        }
        requireText(something[0], name);
    }

    /** One text: rows and documents are joined by an empty line. */
    public String text() {
        return String.join(JOINT, rows);
    }

    private static void requireText(boolean something, String name) {
        if (!something) {
            throw new DatasetException(
                    FailureCode.DATASET_TOO_SHORT, name, "it is empty", "give a file with text in it");
        }
    }

    private static List<String> documents(Path file, String name, DatasetFormat format) {
        List<String> documents = new ArrayList<>();
        DatasetRows.forEach(file, name, format, row -> documents.add(row.string(FIELD)));
        return documents;
    }

    /** Python's universal newlines, then the rule of the WikiText loader: {@code line if line.strip() else ""}. */
    private static List<String> lines(String text) {
        String unix = text.replace("\r\n", "\n").replace('\r', '\n');
        List<String> rows = new ArrayList<>();
        for (int start = 0; start < unix.length(); ) {
            int newline = unix.indexOf('\n', start);
            int end = newline < 0 ? unix.length() : newline + 1;
            String line = unix.substring(start, end);
            rows.add(line.chars().allMatch(PythonText::isSpace) ? "" : line);
            start = end;
        }
        return rows;
    }

    /**
     * Digest of a file's bytes.
     *
     * @throws DatasetException if it cannot be read
     */
    public static String sha256(Path file, String name) {
        try (DigestInputStream in = new DigestInputStream(Files.newInputStream(file), Digests.sha256())) {
            in.transferTo(OutputStream.nullOutputStream());
            return Digests.hex(in.getMessageDigest().digest());
        } catch (IOException broken) {
            throw DatasetRows.unreadable(file, name, broken);
        }
    }
}
