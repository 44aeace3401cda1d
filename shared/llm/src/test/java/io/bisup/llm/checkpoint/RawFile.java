package io.bisup.llm.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Builds the bytes of files that no honest writer would write. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record RawFile(long headerLength, byte[] header, int dataLength) {

    static RawFile of(String header, int dataLength) {
        byte[] bytes = header.getBytes(StandardCharsets.UTF_8);
        return new RawFile(bytes.length, bytes, dataLength);
    }

    byte[] bytes() {
        return ByteBuffer.allocate(Long.BYTES + header.length + dataLength)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(headerLength)
                .put(header)
                .array();
    }

    static Path write(Path file, byte[] bytes) {
        try {
            return Files.write(file, bytes);
        } catch (IOException broken) {
            throw new AssertionError(broken);
        }
    }

    /** One header entry. */
    static String entry(String name, String dtype, String shape, long begin, long end) {
        return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":[" + begin + ","
                + end + "]}";
    }
}
