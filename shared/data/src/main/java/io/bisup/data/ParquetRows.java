package io.bisup.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hardwood.InputFile;
import dev.hardwood.metadata.FileMetaData;
import dev.hardwood.metadata.RowGroup;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.row.PqList;
import dev.hardwood.row.PqStruct;
import dev.hardwood.row.StructAccessor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The rows of a Parquet file, as the JSON that they are equal to. */
final class ParquetRows {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** With one call of the library: a batch of rows takes seconds. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private ParquetRows() {}

    /** Returns the number of rows. */
    static long read(Path file, String name, Consumer<DatasetRow> consumer) throws IOException {
        return read(file, name, consumer, PATIENCE);
    }

    /**
     * Returns the number of rows, which is the footer's: of a footer that contradicts itself the library makes rows without end.
     *
     * @param patience with one call of the library
     */
    static long read(Path file, String name, Consumer<DatasetRow> consumer, Duration patience) throws IOException {
        long number = 0;
        CheckedSnappy.install();
        try (ReadingWatch watch = new ReadingWatch(patience);
                ParquetFileReader reader = ParquetFileReader.open(InputFile.of(file))) {
            long stated = statedRows(reader, name, Files.size(file));
            watch.enter();
            try (RowReader rows = reader.rowReader()) {
                while (number < stated) {
                    boolean next = rows.hasNext();
                    if (watch.leave() || !next) {
                        throw unreadable(name, number, "what follows, to row " + stated + ", is not there");
                    }
                    rows.next();
                    number++;
                    consumer.accept(new DatasetRow(name, "row " + number, object(rows)));
                    watch.enter();
                }
            }
            return number;
        } catch (DatasetException refused) {
            throw refused;
        } catch (RuntimeException | IOException broken) {
            if (broken instanceof java.nio.file.NoSuchFileException missing) {
                throw missing;
            }
            throw unreadable(name, number, String.valueOf(broken.getMessage()));
        }
    }

    /** What the footer says, if its row groups say the same and the file has a bit for each row. */
    private static long statedRows(ParquetFileReader reader, String name, long bytes) {
        FileMetaData footer = reader.getFileMetaData();
        List<RowGroup> groups = footer.rowGroups();
        boolean possible = groups.stream().allMatch(group -> group.numRows() >= 0 && group.numRows() <= 8 * bytes)
                && groups.stream().mapToLong(RowGroup::numRows).sum() == footer.numRows()
                && footer.numRows() <= 8 * bytes;
        if (!possible) {
            throw unreadable(
                    name, 0, "its footer says " + footer.numRows() + " rows, which its row groups do not hold");
        }
        return footer.numRows();
    }

    private static DatasetException unreadable(String name, long number, String cause) {
        String place = number == 0 ? "" : ", after row " + number;
        return DatasetException.unsuitable(
                name,
                "it cannot be read as Parquet" + place + " (" + cause + ")",
                "give a whole Parquet file, uncompressed or compressed with gzip or Snappy");
    }

    private static ObjectNode object(StructAccessor row) {
        ObjectNode object = JSON.objectNode();
        for (int field = 0; field < row.getFieldCount(); field++) {
            object.set(row.getFieldName(field), row.isNull(field) ? JSON.nullNode() : node(row.getValue(field)));
        }
        return object;
    }

    private static JsonNode node(@Nullable Object value) {
        return switch (value) {
            case null -> JSON.nullNode();
            case String text -> JSON.textNode(text);
            case Boolean bool -> JSON.booleanNode(bool);
            case Integer whole -> JSON.numberNode(whole);
            case Long whole -> JSON.numberNode(whole);
            case Float real -> JSON.numberNode(real);
            case Double real -> JSON.numberNode(real);
            case PqStruct struct -> object(struct);
            case PqList list -> array(list);
            default -> JSON.textNode(value.toString());
        };
    }

    private static ArrayNode array(PqList list) {
        ArrayNode array = JSON.arrayNode(list.size());
        list.values().forEach(value -> array.add(node(value)));
        return array;
    }
}
