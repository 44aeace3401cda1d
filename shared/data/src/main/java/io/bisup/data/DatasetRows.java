package io.bisup.data;

import io.bisup.contract.DatasetFormat;
import io.bisup.contract.FailureCode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Reads the rows of a data set with fields, one at a time: memory is bounded by the longest row. */
public final class DatasetRows {

    private DatasetRows() {}

    /**
     * Hands each row to the consumer, in the file's order. Blank lines of JSON lines are passed over, at whatever place.
     *
     * @param name as errors call the data set
     * @throws DatasetException if the file cannot be read, has no rows, or a row is not what its format says
     */
    public static void forEach(Path file, String name, DatasetFormat format, Consumer<DatasetRow> consumer) {
        long count;
        try {
            count = switch (format) {
                case JSONL -> JsonLines.read(file, name, consumer);
                case PARQUET -> ParquetRows.read(file, name, consumer);
                case TEXT, WIKITEXT ->
                    throw DatasetException.unsuitable(
                            name, "it is running text without fields", "give JSON lines or Parquet");
            };
        } catch (IOException broken) {
            throw unreadable(file, name, broken);
        }
        if (count == 0) {
            throw new DatasetException(
                    FailureCode.DATASET_TOO_SHORT, name, "it is empty", "give a file with rows in it");
        }
    }

    /** All rows; see {@link #forEach}. */
    public static List<DatasetRow> read(Path file, String name, DatasetFormat format) {
        List<DatasetRow> rows = new ArrayList<>();
        forEach(file, name, format, rows::add);
        return rows;
    }

    static DatasetException unreadable(Path file, String name, IOException broken) {
        if (broken instanceof CharacterCodingException) {
            return DatasetException.unsuitable(name, "it is not UTF-8 text", "encode it as UTF-8");
        }
        String cause = Files.exists(file) ? "it cannot be read (" + broken.getMessage() + ")" : "no such file: " + file;
        return new DatasetException(FailureCode.DATASET_NOT_FOUND, name, cause, "check the path");
    }
}
