package io.bisup.llm.checkpoint;

import static io.bisup.llm.checkpoint.RawFile.entry;

import io.bisup.llm.checkpoint.MalformedCheckpointException.Code;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Files that break one rule of the format each, built from descriptions of published attacks and of the official
 * reader's error list.
 */
final class HostileHeaders {

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Hostile(String what, byte[] file, Code code) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static final String GOOD = entry("w", "F32", "[2]", 0, 8);

    private HostileHeaders() {}

    static Stream<Hostile> all() {
        return Stream.of(lengths(), text(), names(), metadata(), entries(), dtypes(), shapes(), offsets(), layouts())
                .flatMap(List::stream);
    }

    private static List<Hostile> lengths() {
        List<Hostile> all = new ArrayList<>();
        for (int size = 0; size < 8; size++) {
            all.add(new Hostile("file of " + size + " bytes", new byte[size], Code.HEADER_TOO_SMALL));
        }
        for (long length : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 100_000_001, (8 << 20) + 1}) {
            all.add(length(length, Code.HEADER_TOO_LARGE));
        }
        for (long length : new long[] {1, 3, 1_000, 8 << 20}) {
            all.add(length(length, Code.HEADER_LENGTH_INVALID));
        }
        byte[] bigEndian = ByteBuffer.allocate(10)
                .order(ByteOrder.BIG_ENDIAN)
                .putLong(2)
                .put((byte) '{')
                .put((byte) '}')
                .array();
        all.add(new Hostile("big-endian length", bigEndian, Code.HEADER_TOO_LARGE));
        return all;
    }

    private static List<Hostile> text() {
        return List.of(
                header("", Code.HEADER_BAD_START, 0),
                header(" {}", Code.HEADER_BAD_START, 0),
                header("[]", Code.HEADER_BAD_START, 0),
                header("null", Code.HEADER_BAD_START, 0),
                header("\uFEFF{}", Code.HEADER_BAD_START, 0),
                header("\n{}", Code.HEADER_BAD_START, 0),
                header("{", Code.HEADER_BAD_JSON, 0),
                header("{}}", Code.HEADER_BAD_JSON, 0),
                header("{}{}", Code.HEADER_BAD_JSON, 0),
                header("{},", Code.HEADER_BAD_JSON, 0),
                header("{} 1", Code.HEADER_BAD_JSON, 0),
                header("{}\u0000", Code.HEADER_BAD_JSON, 0),
                header("{/* hidden */}", Code.HEADER_BAD_JSON, 0),
                header("{" + GOOD + ",}", Code.HEADER_BAD_JSON, 8),
                header("{'w':{}}", Code.HEADER_BAD_JSON, 0),
                header("{w:{}}", Code.HEADER_BAD_JSON, 0),
                header("{\"w\"}", Code.HEADER_BAD_JSON, 0),
                header("{\"w\u0001\":{}}", Code.HEADER_BAD_JSON, 0),
                header("{\"\\x41\":{}}", Code.HEADER_BAD_JSON, 0),
                header("{" + GOOD.replace("[2]", "[02]") + "}", Code.HEADER_BAD_JSON, 8),
                header("{" + GOOD.replace("[2]", "[+2]") + "}", Code.HEADER_BAD_JSON, 8),
                header("{" + GOOD.replace("[2]", "[0x2]") + "}", Code.HEADER_BAD_JSON, 8),
                header("{" + GOOD.replace("[2]", "[NaN]") + "}", Code.HEADER_BAD_JSON, 8),
                header("{" + GOOD.replace("[2]", "[Infinity]") + "}", Code.HEADER_BAD_JSON, 8),
                header("{" + GOOD.replace("[2]", "[" + "9".repeat(5_000) + "]") + "}", Code.HEADER_BAD_JSON, 8),
                raw("not UTF-8", new byte[] {'{', (byte) 0xff, '}'}, Code.HEADER_NOT_UTF8),
                raw("overlong UTF-8", new byte[] {'{', (byte) 0xc0, (byte) 0xaf, '}'}, Code.HEADER_NOT_UTF8),
                raw("UTF-8 surrogate", new byte[] {'{', (byte) 0xed, (byte) 0xa0, (byte) 0x80}, Code.HEADER_NOT_UTF8),
                raw("UTF-16", "{}".getBytes(StandardCharsets.UTF_16LE), Code.HEADER_BAD_JSON),
                raw("a pickle", new byte[] {(byte) 0x80, 2, '}', 'q', 0, '.'}, Code.HEADER_NOT_UTF8));
    }

    private static List<Hostile> names() {
        String bloat = IntStream.rangeClosed(0, HeaderParser.MAX_TENSORS)
                .mapToObj(i -> entry("t" + i, "F32", "[0]", 0, 0))
                .collect(Collectors.joining(","));
        return List.of(
                header("{" + GOOD + "," + GOOD + "}", Code.DUPLICATE_KEY, 8),
                header("{" + GOOD + "," + GOOD.replace("\"w\"", "\"\\u0077\"") + "}", Code.DUPLICATE_KEY, 8),
                header("{" + entry("", "F32", "[2]", 0, 8) + "}", Code.NAME_INVALID, 8),
                header("{" + entry("n".repeat(513), "F32", "[2]", 0, 8) + "}", Code.NAME_INVALID, 8),
                header("{" + entry("n".repeat(100_000), "F32", "[2]", 0, 8) + "}", Code.NAME_INVALID, 8),
                header("{" + entry("a\\u0000b", "F32", "[2]", 0, 8) + "}", Code.NAME_INVALID, 8),
                header("{" + entry("a\\nb", "F32", "[2]", 0, 8) + "}", Code.NAME_INVALID, 8),
                header("{" + entry("\\ud800", "F32", "[2]", 0, 8) + "}", Code.NAME_INVALID, 8),
                header("{" + entry("\\udc00\\ud800", "F32", "[2]", 0, 8) + "}", Code.NAME_INVALID, 8),
                new Hostile(
                        "16,385 empty tensors", RawFile.of("{" + bloat + "}", 0).bytes(), Code.TOO_MANY_TENSORS));
    }

    private static List<Hostile> metadata() {
        return List.of(
                header("{\"__metadata__\":null}", Code.METADATA_INVALID, 0),
                header("{\"__metadata__\":[]}", Code.METADATA_INVALID, 0),
                header("{\"__metadata__\":\"x\"}", Code.METADATA_INVALID, 0),
                header("{\"__metadata__\":{\"a\":1}}", Code.METADATA_INVALID, 0),
                header("{\"__metadata__\":{\"a\":null}}", Code.METADATA_INVALID, 0),
                header("{\"__metadata__\":{\"a\":{}}}", Code.METADATA_INVALID, 0),
                header("{\"__metadata__\":{\"a\":\"\\ud800\"}}", Code.METADATA_INVALID, 0),
                header("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", Code.DUPLICATE_KEY, 0),
                header("{\"__metadata__\":{},\"__metadata__\":{}}", Code.DUPLICATE_KEY, 0),
                header("{\"__metadata__\":{\"dtype\":\"F32\",\"shape\":[2]}}", Code.METADATA_INVALID, 8));
    }

    private static List<Hostile> entries() {
        List<Hostile> all = new ArrayList<>();
        for (String value : List.of("1", "null", "[]", "\"x\"", "true", "[" + "[".repeat(6) + "]".repeat(6) + "]")) {
            all.add(header("{\"w\":" + value + "}", Code.TENSOR_INFO_INVALID, 0));
        }
        for (String field : List.of("\"dtype\":\"F32\",", "\"shape\":[2],", ",\"data_offsets\":[0,8]")) {
            all.add(header("{" + GOOD.replace(field, "") + "}", Code.TENSOR_INFO_INVALID, 8));
        }
        all.add(header("{\"w\":{}}", Code.TENSOR_INFO_INVALID, 0));
        all.add(header("{" + GOOD.replace("]}", "],\"x\":1}") + "}", Code.TENSOR_INFO_INVALID, 8));
        all.add(header("{" + GOOD.replace("shape", "Shape") + "}", Code.TENSOR_INFO_INVALID, 8));
        for (String field : List.of("\"dtype\":\"F32\"", "\"shape\":[2]", "\"data_offsets\":[0,8]")) {
            all.add(header("{" + GOOD.replace(field, field + "," + field) + "}", Code.DUPLICATE_KEY, 8));
        }
        all.add(header("{\"w\":" + "{\"a\":".repeat(100) + "1" + "}".repeat(101), Code.TENSOR_INFO_INVALID, 0));
        return all;
    }

    private static List<Hostile> dtypes() {
        List<Hostile> all = new ArrayList<>();
        for (String dtype : List.of("f32", "F31", "FLOAT", "F8_E4M3", "C64", "I4", "", "F32 ", "bfloat16", "O")) {
            all.add(header("{" + entry("w", dtype, "[2]", 0, 8) + "}", Code.DTYPE_UNKNOWN, 8));
        }
        for (String dtype : List.of("32", "null", "[\"F32\"]", "{}")) {
            all.add(header("{" + GOOD.replace("\"F32\"", dtype) + "}", Code.TENSOR_INFO_INVALID, 8));
        }
        return all;
    }

    private static List<Hostile> shapes() {
        List<Hostile> all = new ArrayList<>();
        for (String shape :
                List.of("2", "null", "\"2\"", "{}", "[-2]", "[-0]", "[2.0]", "[2e0]", "[null]", "[\"2\"]", "[[2]]")) {
            all.add(header("{" + entry("w", "F32", shape, 0, 8) + "}", Code.SHAPE_INVALID, 8));
        }
        all.add(header("{" + entry("w", "F32", "[1,1,1,1,1,1,1,1,2]", 0, 8) + "}", Code.SHAPE_INVALID, 8));
        for (String shape : List.of(
                "[4194305,4194305,211106198978564]",
                "[9223372036854775807]",
                "[9223372036854775808]",
                "[18446744073709551615]",
                "[4294967296,4294967296]",
                "[9223372036854775807,2,0]",
                "[2305843009213693952]",
                "[" + "9".repeat(60) + "]")) {
            all.add(header("{" + entry("w", "F32", shape, 0, 8) + "}", Code.SHAPE_OVERFLOW, 8));
        }
        return all;
    }

    private static List<Hostile> offsets() {
        List<Hostile> all = new ArrayList<>();
        for (String offsets : List.of(
                "[]",
                "[0]",
                "[0,8,8]",
                "[8,0]",
                "[-8,0]",
                "[0,-1]",
                "[0,8.0]",
                "[\"0\",8]",
                "8",
                "null",
                "{}",
                "[0,18446744073709551616]",
                "[0,9223372036854775808]",
                "[[0,8]]")) {
            all.add(header("{" + GOOD.replace("[0,8]", offsets) + "}", Code.OFFSETS_INVALID, 8));
        }
        for (String offsets :
                List.of("[0,4]", "[0,7]", "[0,9]", "[0,16]", "[0,0]", "[8,8]", "[0,9223372036854775807]")) {
            all.add(header("{" + GOOD.replace("[0,8]", offsets) + "}", Code.SIZE_MISMATCH, 8));
        }
        for (String shape : List.of("[]", "[1]", "[3]", "[2,2]", "[0]")) {
            all.add(header("{" + GOOD.replace("[2]", shape) + "}", Code.SIZE_MISMATCH, 8));
        }
        return all;
    }

    private static List<Hostile> layouts() {
        String empty = entry("z", "F32", "[0]", 4, 4);
        return List.of(
                pair("same bytes twice", entry("v", "F32", "[2]", 0, 8), Code.OVERLAP, 8),
                pair("half shared", entry("v", "F32", "[2]", 4, 12), Code.OVERLAP, 12),
                pair("one inside another", entry("v", "U8", "[2]", 3, 5), Code.OVERLAP, 8),
                pair("empty tensor inside another", empty, Code.OVERLAP, 8),
                pair("hole between", entry("v", "F32", "[2]", 12, 20), Code.HOLE, 20),
                pair("empty tensor far away", entry("z", "F32", "[0]", 4096, 4096), Code.HOLE, 8),
                layout("hole before", entry("w", "F32", "[2]", 8, 16), Code.HOLE, 16),
                layout("empty tensor not at 0", entry("z", "F32", "[0]", 1, 1), Code.HOLE, 0),
                layout("data cut by one byte", GOOD, Code.DATA_TRUNCATED, 7),
                layout("no data", GOOD, Code.DATA_TRUNCATED, 0),
                layout(
                        "8 EiB promised",
                        entry("w", "U8", "[9223372036854775807]", 0, Long.MAX_VALUE),
                        Code.DATA_TRUNCATED,
                        8),
                layout("one byte more", GOOD, Code.TRAILING_BYTES, 9),
                layout("a second file appended", GOOD, Code.TRAILING_BYTES, 1_000),
                layout("data without tensors", "", Code.TRAILING_BYTES, 1));
    }

    private static Hostile pair(String what, String second, Code code, int data) {
        return layout(what, GOOD + "," + second, code, data);
    }

    private static Hostile layout(String what, String entries, Code code, int data) {
        return new Hostile(what, RawFile.of("{" + entries + "}", data).bytes(), code);
    }

    private static Hostile header(String json, Code code, int data) {
        String shown = json.length() > 80 ? json.substring(0, 80) + "..." : json;
        return new Hostile(shown, RawFile.of(json, data).bytes(), code);
    }

    private static Hostile raw(String what, byte[] header, Code code) {
        return new Hostile(what, new RawFile(header.length, header, 0).bytes(), code);
    }

    private static Hostile length(long length, Code code) {
        return new Hostile(
                "length " + Long.toUnsignedString(length), new RawFile(length, new byte[0], 0).bytes(), code);
    }
}
