package io.bisup.export.gguf;

import io.bisup.export.source.Codes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Codes in llama.cpp's plain blocks of 32 neighbouring columns (methods §11.5). A group of our scales is whole blocks, each with the
 * group's scale.
 */
final class GgufBlocks {

    private static final int BLOCK = 32;
    private static final int HALF = BLOCK / 2;

    private final Codes codes;
    private final float[] scales;
    private final ByteBuffer out;

    private GgufBlocks(GgufType type, Codes codes, float[] scales) {
        this.codes = codes;
        this.scales = scales;
        this.out = ByteBuffer.allocate(Math.toIntExact((long) codes.codes().length / type.elements() * type.bytes()))
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * The blocks of a weight, row after row.
     *
     * @param scales the weight's as float16 numbers, [rows × groups]
     * @param order for each row that is written which row of the codes it is
     */
    static byte[] pack(GgufType type, Codes codes, float[] scales, RowOrder order) {
        GgufBlocks blocks = new GgufBlocks(type, codes, scales);
        for (int row = 0; row < codes.rows(); row++) {
            for (int column = 0; column < codes.columns(); column += type.elements()) {
                blocks.block(type, order.source(row), column);
            }
        }
        return blocks.out.array();
    }

    private void block(GgufType type, int row, int column) {
        int group = row * codes.groups() + column / codes.groupColumns();
        int first = row * codes.columns() + column;
        short scale = Float.floatToFloat16(scales[group]);
        switch (type) {
            case Q4_0 -> {
                out.putShort(scale);
                nibbles(first);
            }
            case Q4_1 -> {
                out.putShort(scale);
                out.putShort(Float.floatToFloat16(offset(scales[group], codes.zeroPoints()[group] & 0xFF)));
                nibbles(first);
            }
            case Q5_0 -> {
                out.putShort(scale);
                out.putInt(fifthBits(first));
                nibbles(first);
            }
            case Q8_0 -> {
                out.putShort(scale);
                bytes(first);
            }
            case Q3_K -> SuperBlocks.ofThreeBits(codes.codes(), first, scale, out);
            case Q6_K -> SuperBlocks.ofSixBits(codes.codes(), first, scale, out);
            case F32, F16, BF16 -> throw new IllegalArgumentException(type + " has no codes");
        }
    }

    /** What a code of 0 stands for: −zero · scale, before it is rounded to float16. */
    static float offset(float scale, int zero) {
        return -zero * scale;
    }

    /** The first half of a block in the low nibbles, the second in the high ones. */
    private void nibbles(int first) {
        byte[] all = codes.codes();
        for (int i = 0; i < HALF; i++) {
            out.put((byte) ((all[first + i] & 15) | (all[first + HALF + i] << 4)));
        }
    }

    /** Bit i is element i's. */
    private int fifthBits(int first) {
        int bits = 0;
        for (int i = 0; i < BLOCK; i++) {
            bits |= (codes.codes()[first + i] >> 4 & 1) << i;
        }
        return bits;
    }

    /** Our codes are offset by 128. */
    private void bytes(int first) {
        for (int i = 0; i < BLOCK; i++) {
            out.put((byte) (codes.codes()[first + i] ^ 0x80));
        }
    }
}
