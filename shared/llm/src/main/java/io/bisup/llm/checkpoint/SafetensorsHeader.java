package io.bisup.llm.checkpoint;

import io.bisup.llm.checkpoint.MalformedCheckpointException.Code;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A checked safetensors header. It can be read from the first bytes of a remote file, before anything is downloaded.
 *
 * @param tensors entries by name, in header order; they tile the data section without overlap, hole or rest
 * @param metadata the {@code __metadata__} strings
 * @param dataStart position in the file of the data section
 */
public record SafetensorsHeader(
        SequencedMap<String, TensorEntry> tensors, Map<String, String> metadata, long dataStart) {

    /** Bytes of the header length at the start of a file. */
    public static final int LENGTH_BYTES = Long.BYTES;
    /** Largest header accepted. The format allows 100 MB; a file of 10,000 tensors needs about one. */
    public static final int MAX_HEADER_BYTES = 8 << 20;

    public SafetensorsHeader {
        tensors = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tensors));
        metadata = Map.copyOf(metadata);
    }

    /**
     * Length of the JSON header.
     *
     * @param start the first {@link #LENGTH_BYTES} bytes of the file, or all if it is shorter
     * @param fileSize bytes of the whole file
     * @throws MalformedCheckpointException if it is above the limit or past the file's end
     */
    public static int length(byte[] start, long fileSize, String file) {
        if (start.length < LENGTH_BYTES) {
            throw refused(Code.HEADER_TOO_SMALL, file, start.length + " bytes are too few to hold the header length");
        }
        long length = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 0 || length > MAX_HEADER_BYTES) {
            throw refused(
                    Code.HEADER_TOO_LARGE,
                    file,
                    "a header of " + Long.toUnsignedString(length) + " bytes is over the limit of " + MAX_HEADER_BYTES);
        }
        if (length > fileSize - LENGTH_BYTES) {
            throw refused(
                    Code.HEADER_LENGTH_INVALID,
                    file,
                    "a header of " + length + " bytes reaches past the file's " + fileSize);
        }
        return (int) length;
    }

    /**
     * Parses and checks a header against the size of its file.
     *
     * @param json the header's bytes, without the length before them
     * @param fileSize bytes of the whole file
     * @throws MalformedCheckpointException if any rule of the format is broken
     */
    public static SafetensorsHeader parse(byte[] json, long fileSize, String file) {
        long dataStart = (long) LENGTH_BYTES + json.length;
        SafetensorsHeader header = HeaderParser.parse(json, dataStart, file);
        HeaderLayout.check(header.tensors.values(), fileSize - dataStart, file);
        return header;
    }

    private static MalformedCheckpointException refused(Code code, String file, String cause) {
        return new MalformedCheckpointException(code, file, null, cause, "is it a complete safetensors file?");
    }
}
