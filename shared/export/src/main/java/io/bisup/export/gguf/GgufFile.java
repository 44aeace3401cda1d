package io.bisup.export.gguf;

import io.bisup.export.format.ExportProgress;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** Writes a GGUF file of version 3: header, metadata, descriptions of tensors, then their blocks, each aligned to 32 bytes. */
final class GgufFile {

    private static final int VERSION = 3;
    static final int ALIGNMENT = 32;
    private static final byte[] MAGIC = {'G', 'G', 'U', 'F'};

    private static final int TYPE_UINT32 = 4;
    private static final int TYPE_INT32 = 5;
    private static final int TYPE_FLOAT32 = 6;
    private static final int TYPE_BOOL = 7;
    private static final int TYPE_STRING = 8;
    private static final int TYPE_ARRAY = 9;

    private final DataOutputStream out;
    private long written;

    private GgufFile(OutputStream out) {
        this.out = new DataOutputStream(out);
    }

    static void write(
            Path file, SequencedMap<String, GgufValue> metadata, List<GgufTensor> tensors, ExportProgress progress)
            throws IOException {
        try (OutputStream stream = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
            GgufFile gguf = new GgufFile(stream);
            gguf.header(metadata, tensors);
            gguf.content(tensors, progress);
            gguf.out.flush();
        }
    }

    private void header(SequencedMap<String, GgufValue> metadata, List<GgufTensor> tensors) throws IOException {
        bytes(MAGIC);
        word(VERSION);
        wide(tensors.size());
        wide(metadata.size());
        for (Map.Entry<String, GgufValue> entry : metadata.entrySet()) {
            text(entry.getKey());
            value(entry.getValue());
        }
        long offset = 0;
        for (GgufTensor tensor : tensors) {
            describe(tensor, offset);
            offset += Math.ceilDiv(tensor.bytes(), ALIGNMENT) * ALIGNMENT;
        }
        pad();
    }

    /** The innermost dimension comes first. */
    private void describe(GgufTensor tensor, long offset) throws IOException {
        text(tensor.name());
        word(tensor.shape().size());
        for (long dimension : tensor.shape().reversed()) {
            wide(dimension);
        }
        word(tensor.type().id());
        wide(offset);
    }

    private void content(List<GgufTensor> tensors, ExportProgress progress) throws IOException {
        long total = tensors.stream().mapToLong(GgufTensor::bytes).sum();
        long done = 0;
        for (GgufTensor tensor : tensors) {
            long before = written;
            tensor.content().writeTo(piece -> {
                for (long at = 0; at < piece.byteSize(); at += 1 << 20) {
                    bytes(piece.asSlice(at, Math.min(1 << 20, piece.byteSize() - at))
                            .toArray(ValueLayout.JAVA_BYTE));
                }
            });
            if (written - before != tensor.bytes()) {
                throw new IllegalArgumentException(
                        tensor.name() + " yields " + (written - before) + " bytes, not " + tensor.bytes());
            }
            pad();
            done += tensor.bytes();
            progress.at(done, total);
        }
    }

    private void value(GgufValue value) throws IOException {
        switch (value) {
            case GgufValue.Text text -> {
                word(TYPE_STRING);
                text(text.value());
            }
            case GgufValue.Count count -> {
                word(TYPE_UINT32);
                word(count.value());
            }
            case GgufValue.Real real -> {
                word(TYPE_FLOAT32);
                word(Float.floatToIntBits(real.value()));
            }
            case GgufValue.Flag flag -> {
                word(TYPE_BOOL);
                bytes(new byte[] {(byte) (flag.value() ? 1 : 0)});
            }
            case GgufValue.Texts texts -> {
                array(TYPE_STRING, texts.values().size());
                for (String text : texts.values()) {
                    text(text);
                }
            }
            case GgufValue.Ints ints -> {
                array(TYPE_INT32, ints.values().size());
                for (int number : ints.values()) {
                    word(number);
                }
            }
            case GgufValue.Reals reals -> {
                array(TYPE_FLOAT32, reals.values().size());
                for (float number : reals.values()) {
                    word(Float.floatToIntBits(number));
                }
            }
        }
    }

    private void array(int type, int size) throws IOException {
        word(TYPE_ARRAY);
        word(type);
        wide(size);
    }

    private void text(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        wide(bytes.length);
        bytes(bytes);
    }

    private void pad() throws IOException {
        bytes(new byte[(int) (-written & (ALIGNMENT - 1))]);
    }

    private void word(int value) throws IOException {
        out.writeInt(Integer.reverseBytes(value));
        written += Integer.BYTES;
    }

    private void wide(long value) throws IOException {
        out.writeLong(Long.reverseBytes(value));
        written += Long.BYTES;
    }

    private void bytes(byte[] bytes) throws IOException {
        out.write(bytes);
        written += bytes.length;
    }
}
