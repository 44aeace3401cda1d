package io.bisup.export.gguf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads a GGUF file as its description has it, and dequantizes by llama.cpp's formulas; nothing of the writer's. */
final class GgufReader {

    /** Where a tensor lies; the innermost dimension first. */
    record Tensor(List<Long> dimensions, int type, long offset) {}

    final Map<String, Object> metadata = new LinkedHashMap<>();
    final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final ByteBuffer file;
    private final int start;

    GgufReader(Path path) throws IOException {
        file = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
        if (file.getInt() != 0x46554747 || file.getInt() != 3) {
            throw new AssertionError("no GGUF of version 3");
        }
        long count = file.getLong();
        long entries = file.getLong();
        for (long i = 0; i < entries; i++) {
            String key = text();
            metadata.put(key, value(file.getInt()));
        }
        for (long i = 0; i < count; i++) {
            String name = text();
            List<Long> dimensions = new ArrayList<>();
            int rank = file.getInt();
            for (int d = 0; d < rank; d++) {
                dimensions.add(file.getLong());
            }
            tensors.put(name, new Tensor(dimensions, file.getInt(), file.getLong()));
        }
        start = (file.position() + 31) / 32 * 32;
    }

    private String text() {
        byte[] bytes = new byte[Math.toIntExact(file.getLong())];
        file.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private Object value(int type) {
        return switch (type) {
            case 4, 5 -> file.getInt();
            case 6 -> file.getFloat();
            case 7 -> file.get() != 0;
            case 8 -> text();
            case 9 -> {
                int of = file.getInt();
                long size = file.getLong();
                List<Object> values = new ArrayList<>();
                for (long i = 0; i < size; i++) {
                    values.add(value(of));
                }
                yield values;
            }
            default -> throw new AssertionError("a value of type " + type);
        };
    }

    /** The numbers of a tensor, rows of its innermost dimension one after another. */
    float[] values(String name) {
        Tensor tensor = tensors.get(name);
        int count = Math.toIntExact(tensor.dimensions().stream().reduce(1L, Math::multiplyExact));
        float[] values = new float[count];
        int at = Math.toIntExact(start + tensor.offset());
        switch (tensor.type()) {
            case 0 -> {
                for (int i = 0; i < count; i++) {
                    values[i] = file.getFloat(at + 4 * i);
                }
            }
            case 30 -> {
                for (int i = 0; i < count; i++) {
                    values[i] = Float.intBitsToFloat(file.getShort(at + 2 * i) << 16);
                }
            }
            case 2 -> {
                for (int i = 0; i < count; i++) {
                    int block = at + i / 32 * 18;
                    values[i] = (nibble(block + 2, i % 32) - 8) * half(block);
                }
            }
            case 3 -> {
                for (int i = 0; i < count; i++) {
                    int block = at + i / 32 * 20;
                    values[i] = nibble(block + 4, i % 32) * half(block) + half(block + 2);
                }
            }
            case 6 -> {
                for (int i = 0; i < count; i++) {
                    int block = at + i / 32 * 22;
                    int fifth = file.getInt(block + 2) >>> i % 32 & 1;
                    values[i] = (nibble(block + 6, i % 32) + 16 * fifth - 16) * half(block);
                }
            }
            case 11 -> {
                for (int i = 0; i < count; i++) {
                    values[i] = threeBits(at + i / 256 * 110, i % 256);
                }
            }
            case 14 -> {
                for (int i = 0; i < count; i++) {
                    values[i] = sixBits(at + i / 256 * 210, i % 256);
                }
            }
            case 8 -> {
                for (int i = 0; i < count; i++) {
                    int block = at + i / 32 * 34;
                    values[i] = file.get(block + 2 + i % 32) * half(block);
                }
            }
            default -> throw new AssertionError("a tensor of type " + tensor.type());
        }
        return values;
    }

    /** ggml's dequantize_row_q3_K, for one element. */
    private float threeBits(int block, int index) {
        int half = index / 128;
        int quarter = index % 128 / 32;
        int lane = index % 32;
        int low = (file.get(block + 32 + 32 * half + lane) >> (2 * quarter)) & 3;
        int high = (file.get(block + lane) >> (4 * half + quarter)) & 1;
        int group = index / 16;
        int factor = ((file.get(block + 96 + group % 8) >> (4 * (group / 8))) & 15)
                | (((file.get(block + 104 + group % 4) >> (2 * (group / 4))) & 3) << 4);
        return half(block + 108) * (factor - 32) * (low - (high == 1 ? 0 : 4));
    }

    /** ggml's dequantize_row_q6_K, for one element. */
    private float sixBits(int block, int index) {
        int half = index / 128;
        int quarter = index % 128 / 32;
        int lane = index % 32;
        int low = (file.get(block + 64 * half + 32 * (quarter % 2) + lane) >> (4 * (quarter / 2))) & 15;
        int high = (file.get(block + 128 + 32 * half + lane) >> (2 * quarter)) & 3;
        return half(block + 208) * file.get(block + 192 + index / 16) * ((low | (high << 4)) - 32);
    }

    private int nibble(int quants, int index) {
        int both = file.get(quants + index % 16) & 0xFF;
        return index < 16 ? both & 15 : both >> 4;
    }

    private float half(int at) {
        return Float.float16ToFloat(file.getShort(at));
    }
}
