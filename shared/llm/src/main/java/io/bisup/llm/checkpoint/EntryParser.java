package io.bisup.llm.checkpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.bisup.llm.checkpoint.MalformedCheckpointException.Code;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code {"dtype": .., "shape": [..], "data_offsets": [begin, end]}} of one tensor. */
final class EntryParser {

    private static final int MAX_RANK = 8;

    private final JsonParser json;
    private final String file;
    private final String name;
    private @Nullable DType dtype;
    private @Nullable List<Long> shape;
    private @Nullable List<Long> offsets;

    EntryParser(JsonParser json, String file, String name) {
        this.json = json;
        this.file = file;
        this.name = name;
    }

    TensorEntry parse() throws IOException {
        require(json.currentToken() == JsonToken.START_OBJECT, Code.TENSOR_INFO_INVALID, "the entry is not an object");
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String field = json.currentName();
            json.nextToken();
            readField(field);
        }
        if (dtype == null || shape == null || offsets == null) {
            throw HeaderParser.refused(
                    Code.TENSOR_INFO_INVALID, file, name, "the entry lacks dtype, shape or data_offsets");
        }
        return checked(dtype, shape, offsets);
    }

    private void readField(String field) throws IOException {
        switch (field) {
            case "dtype" -> {
                requireFirst(dtype, field);
                dtype = readDtype();
            }
            case "shape" -> {
                requireFirst(shape, field);
                shape = readNumbers(field, MAX_RANK, Code.SHAPE_INVALID, Code.SHAPE_OVERFLOW);
            }
            case "data_offsets" -> {
                requireFirst(offsets, field);
                offsets = readNumbers(field, 2, Code.OFFSETS_INVALID, Code.OFFSETS_INVALID);
            }
            default ->
                throw HeaderParser.refused(
                        Code.TENSOR_INFO_INVALID, file, name, "the entry has a field that the format does not know");
        }
    }

    private DType readDtype() throws IOException {
        require(json.currentToken() == JsonToken.VALUE_STRING, Code.TENSOR_INFO_INVALID, "dtype is not a string");
        String text = json.getText();
        String shown = text.substring(0, Math.min(text.length(), 20));
        return DType.ofName(text)
                .orElseThrow(() -> HeaderParser.refused(
                        Code.DTYPE_UNKNOWN, file, name, "the dtype \"" + shown + "\" is not supported"));
    }

    private List<Long> readNumbers(String field, int most, Code invalid, Code overflow) throws IOException {
        require(json.currentToken() == JsonToken.START_ARRAY, invalid, field + " is not a list");
        List<Long> numbers = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            require(numbers.size() < most, invalid, field + " has more than " + most + " numbers");
            require(json.currentToken() == JsonToken.VALUE_NUMBER_INT, invalid, field + " holds no whole number");
            require(json.getText().charAt(0) != '-', invalid, field + " holds a negative number");
            boolean fits = json.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
            require(fits, overflow, field + " holds a number above 2^63 - 1");
            numbers.add(json.getLongValue());
        }
        return numbers;
    }

    private TensorEntry checked(DType type, List<Long> dimensions, List<Long> span) {
        require(span.size() == 2, Code.OFFSETS_INVALID, "data_offsets has " + span.size() + " numbers, not 2");
        long begin = span.get(0);
        long end = span.get(1);
        require(begin <= end, Code.OFFSETS_INVALID, "data_offsets end at " + end + " before they begin at " + begin);
        long bytes = bytes(type, dimensions);
        require(
                bytes == end - begin,
                Code.SIZE_MISMATCH,
                type + " " + dimensions + " needs " + bytes + " bytes, data_offsets span " + (end - begin));
        return new TensorEntry(name, type, dimensions, begin, end);
    }

    private long bytes(DType type, List<Long> dimensions) {
        try {
            long bytes = type.bytes();
            for (long dimension : dimensions) {
                bytes = Math.multiplyExact(bytes, dimension);
            }
            return bytes;
        } catch (ArithmeticException overflow) {
            throw HeaderParser.refused(
                    Code.SHAPE_OVERFLOW, file, name, "the bytes of shape " + dimensions + " overflow 63 bits");
        }
    }

    private void requireFirst(@Nullable Object earlier, String field) {
        require(earlier == null, Code.DUPLICATE_KEY, field + " occurs twice");
    }

    private void require(boolean condition, Code code, String cause) {
        if (!condition) {
            throw HeaderParser.refused(code, file, name, cause);
        }
    }
}
