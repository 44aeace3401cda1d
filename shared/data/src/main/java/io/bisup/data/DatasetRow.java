package io.bisup.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A row with named fields. What a field has to be is an error that names the data set, the row and the field.
 *
 * @param dataset name of the data set
 * @param place where the row is: "line 12" or "row 12", from 1
 * @param fields its fields; Parquet values as the JSON they are equal to
 */
public record DatasetRow(String dataset, String place, ObjectNode fields) {

    /** Whether the field is there and not null. */
    public boolean has(String field) {
        return fields.hasNonNull(field);
    }

    /** A string. */
    public String string(String field) {
        JsonNode value = fields.path(field);
        if (!value.isTextual()) {
            throw wrong(field, "a string");
        }
        return value.textValue();
    }

    /** A string, a number or a boolean as Python's {@code str} writes the first two; some sets hold labels as text. */
    public String label(String field) {
        JsonNode value = fields.path(field);
        if (!value.isTextual() && !value.isIntegralNumber()) {
            throw wrong(field, "a string or a whole number");
        }
        return value.asText();
    }

    /** A whole number in [0, bound), written as a number, as its digits or as a boolean. */
    public int index(String field, int bound) {
        JsonNode value = fields.path(field);
        int index = -1;
        if (value.isBoolean()) {
            index = value.booleanValue() ? 1 : 0;
        } else if (value.isIntegralNumber() && value.canConvertToInt()) {
            index = value.intValue();
        } else if (value.isTextual() && value.textValue().matches("\\d{1,6}")) {
            index = Integer.parseInt(value.textValue());
        }
        if (index < 0 || index >= bound) {
            throw wrong(field, "a whole number from 0 to " + (bound - 1));
        }
        return index;
    }

    /** A list of strings with at least {@code least} entries. */
    public List<String> strings(String field, int least) {
        JsonNode value = fields.path(field);
        List<String> strings = new ArrayList<>();
        for (JsonNode entry : value) {
            if (!entry.isTextual()) {
                throw wrong(field, "a list of strings");
            }
            strings.add(entry.textValue());
        }
        if (!value.isArray() || strings.size() < least) {
            throw wrong(field, "a list of " + least + " strings or more");
        }
        return strings;
    }

    /** The fields of an object, as a row of their own. */
    public DatasetRow object(String field) {
        if (fields.path(field) instanceof ObjectNode value) {
            return new DatasetRow(dataset, place + ", field \"" + field + "\"", value);
        }
        throw wrong(field, "an object");
    }

    private DatasetException wrong(String field, String wanted) {
        JsonNode value = fields.path(field);
        String is = value.isMissingNode() || value.isNull() ? "is missing" : "is not " + wanted;
        return unsuitable("field \"" + field + "\" " + is, "it has to be " + wanted);
    }

    /** An error in this row. */
    public DatasetException unsuitable(String cause, String remedy) {
        return DatasetException.unsuitable(dataset, place + ": " + cause, remedy);
    }
}
