package io.bisup.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hardwood.InputFile;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.row.PqList;
import dev.hardwood.row.PqStruct;
import dev.hardwood.row.StructAccessor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The rows of a Parquet file, as the JSON that they are equal to. */
final class ParquetRows {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private ParquetRows() {}

    /** Returns the number of rows. */
    static long read(Path file, String name, Consumer<DatasetRow> consumer) throws IOException {
        long number = 0;
        try (ParquetFileReader reader = ParquetFileReader.open(InputFile.of(file));
                RowReader rows = reader.rowReader()) {
            while (rows.hasNext()) {
                rows.next();
                number++;
                consumer.accept(new DatasetRow(name, "row " + number, object(rows)));
            }
            return number;
        } catch (DatasetException refused) {
            throw refused;
        } catch (RuntimeException | IOException broken) {
            if (broken instanceof java.nio.file.NoSuchFileException missing) {
                throw missing;
            }
            String place = number == 0 ? "" : ", after row " + number;
            throw DatasetException.unsuitable(
                    name,
                    "it cannot be read as Parquet" + place + " (" + broken.getMessage() + ")",
                    "give a whole Parquet file, uncompressed or compressed with gzip or Snappy");
        }
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
