package io.bisup.measure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bisup.contract.Digests;
import io.bisup.contract.FailureCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A text data set as rows.
 *
 * @param name as it is reported
 * @param sha256 digest of the file's bytes
 * @param rows the documents of a JSON lines file (its {@code text} fields), or the lines of any other file as the
 *     {@code datasets} library reads WikiText: each with its newline, blank ones as empty strings
 * @param documents whether each row is a whole document
 */
public record TextDataset(String name, String sha256, List<String> rows, boolean documents) {

    private static final ObjectReader JSON = new JsonMapper().readerFor(JsonNode.class);

    public TextDataset {
        rows = List.copyOf(rows);
    }

    /**
     * Reads a file; one whose name ends in {@code .jsonl} or {@code .json} as JSON lines.
     *
     * @throws DatasetException if it cannot be read, is not UTF-8 or a JSON line has no {@code text}
     */
    public static TextDataset read(Path file, String name) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            return of(bytes, String.valueOf(file.getFileName()), name);
        } catch (IOException broken) {
            String cause = Files.exists(file) ? "it cannot be read (" + broken + ")" : "no such file: " + file;
            throw new DatasetException(FailureCode.DATASET_NOT_FOUND, name, cause, "check the path");
        }
    }

    private static TextDataset of(byte[] bytes, String fileName, String name) {
        String text = utf8(bytes, name);
        boolean jsonLines = fileName.endsWith(".jsonl") || fileName.endsWith(".json");
        List<String> rows = jsonLines ? documents(text, name) : lines(text);
        if (rows.isEmpty()) {
            throw new DatasetException(
                    FailureCode.DATASET_TOO_SHORT, name, "it is empty", "give a file with text in it");
        }
        return new TextDataset(name, Digests.sha256(bytes), rows, jsonLines);
    }

    private static String utf8(byte[] bytes, String name) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException invalid) {
            throw new DatasetException(
                    FailureCode.DATASET_UNSUITABLE,
                    name,
                    "it is not UTF-8 text",
                    "give plain text or JSON lines in UTF-8");
        }
    }

    /** Python's universal newlines, then the rule of the WikiText loader: {@code line if line.strip() else ""}. */
    private static List<String> lines(String text) {
        String unix = text.replace("\r\n", "\n").replace('\r', '\n');
        List<String> rows = new ArrayList<>();
        for (int start = 0; start < unix.length(); ) {
            int newline = unix.indexOf('\n', start);
            int end = newline < 0 ? unix.length() : newline + 1;
            String line = unix.substring(start, end);
            rows.add(line.chars().allMatch(TextDataset::isPythonSpace) ? "" : line);
            start = end;
        }
        return rows;
    }

    /** What Python's {@code str.strip()} removes; Java leaves the last four out. */
    private static boolean isPythonSpace(int c) {
        return Character.isWhitespace(c) || c == 0x85 || c == 0xa0 || c == 0x2007 || c == 0x202f;
    }

    private static List<String> documents(String text, String name) {
        List<String> documents = new ArrayList<>();
        try (Stream<String> lines = text.lines()) {
            lines.filter(line -> !line.isBlank())
                    .forEach(line -> documents.add(document(line, documents.size(), name)));
        }
        return documents;
    }

    private static String document(String line, int index, String name) {
        try {
            JsonNode text = JSON.readTree(line).path("text");
            if (text.isTextual()) {
                return text.textValue();
            }
            throw new DatasetException(
                    FailureCode.DATASET_UNSUITABLE,
                    name,
                    "document " + index + " has no \"text\" string",
                    "give one {\"text\": ...} object a line");
        } catch (IOException invalid) {
            throw new DatasetException(
                    FailureCode.DATASET_UNSUITABLE,
                    name,
                    "document " + index + " is not JSON",
                    "give one {\"text\": ...} object a line");
        }
    }
}
