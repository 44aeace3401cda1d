package io.bisup.llm.checkpoint;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Writes safetensors files. The same tensors give the same bytes whatever order they come in: wider types first, then by
 * name, as the official writer does, so that with the header padded to 8 bytes every element is aligned.
 */
public final class SafetensorsWriter {

    /** Metadata without which transformers refuses a file. */
    public static final Map<String, String> FORMAT_PT = Map.of("format", "pt");

    private static final int ALIGNMENT = 8;
    private static final int PIECE_BYTES = 1 << 20;

    private SafetensorsWriter() {}

    /**
     * Writes the file whole or not at all: it is synced to disk under another name and then renamed.
     *
     * @throws IllegalArgumentException if two tensors have one name or a source yields a wrong number of bytes
     */
    public static void write(Path target, Map<String, String> metadata, Collection<TensorSource> tensors)
            throws IOException {
        Path folder = target.toAbsolutePath().resolveSibling("");
        Path temporary = folder.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
                write(channel, metadata, tensors);
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            syncFolder(folder);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Streams the file to a channel, which stays open. */
    public static void write(
            WritableByteChannel channel, Map<String, String> metadata, Collection<TensorSource> tensors)
            throws IOException {
        List<TensorSource> ordered = ordered(tensors);
        writeFully(channel, header(metadata, ordered));
        for (TensorSource tensor : ordered) {
            writeContent(channel, tensor);
        }
    }

    private static List<TensorSource> ordered(Collection<TensorSource> tensors) {
        List<TensorSource> ordered = tensors.stream()
                .sorted(Comparator.comparingInt((TensorSource t) -> -t.dtype().bytes())
                        .thenComparing(TensorSource::name))
                .toList();
        if (ordered.stream().map(TensorSource::name).distinct().count() != ordered.size()) {
            throw new IllegalArgumentException("two tensors have the same name");
        }
        return ordered;
    }

    private static ByteBuffer header(Map<String, String> metadata, List<TensorSource> tensors) throws IOException {
        byte[] json = json(metadata, tensors);
        int padded = Math.ceilDiv(json.length, ALIGNMENT) * ALIGNMENT;
        ByteBuffer header =
                ByteBuffer.allocate(SafetensorsHeader.LENGTH_BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(padded).put(json);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.flip();
    }

    private static byte[] json(Map<String, String> metadata, List<TensorSource> tensors) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = HeaderParser.JSON.createGenerator(bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart("__metadata__");
                for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
                    json.writeStringField(entry.getKey(), entry.getValue());
                }
                json.writeEndObject();
            }
            long begin = 0;
            for (TensorSource tensor : tensors) {
                begin = writeEntry(json, tensor, begin);
            }
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static long writeEntry(JsonGenerator json, TensorSource tensor, long begin) throws IOException {
        long end = Math.addExact(begin, tensor.bytes());
        long[] shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
        json.writeObjectFieldStart(tensor.name());
        json.writeStringField("dtype", tensor.dtype().name());
        json.writeFieldName("shape");
        json.writeArray(shape, 0, shape.length);
        json.writeFieldName("data_offsets");
        json.writeArray(new long[] {begin, end}, 0, 2);
        json.writeEndObject();
        return end;
    }

    private static void writeContent(WritableByteChannel channel, TensorSource tensor) throws IOException {
        long[] written = new long[1];
        tensor.content().writeTo(piece -> {
            for (long at = 0; at < piece.byteSize(); at += PIECE_BYTES) {
                MemorySegment part = piece.asSlice(at, Math.min(PIECE_BYTES, piece.byteSize() - at));
                writeFully(channel, bytes(part));
            }
            written[0] += piece.byteSize();
        });
        if (written[0] != tensor.bytes()) {
            throw new IllegalArgumentException("tensor " + tensor.name() + " yields " + written[0] + " bytes, "
                    + tensor.dtype() + " " + tensor.shape() + " needs " + tensor.bytes());
        }
    }

    /** Only native memory and byte arrays can be seen as a buffer; other arrays are copied. */
    private static ByteBuffer bytes(MemorySegment piece) {
        return piece.isNative() ? piece.asByteBuffer() : ByteBuffer.wrap(piece.toArray(ValueLayout.JAVA_BYTE));
    }

    private static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Makes the rename itself durable, where the file system can. */
    private static void syncFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
