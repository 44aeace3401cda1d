package io.bisup.export.pack;

/**
 * Dense packing into 32-bit words: element i of a row occupies bits [i·b, i·b + b) of the row's bit string, least significant bit
 * first; an element may straddle two words, the last word of a row is filled with zeros and each row starts on a new word
 * (formats §2.1; of 2, 4 and 8 bits also GPTQ's).
 */
public final class Words {

    private Words() {}

    /** Words of one packed row. */
    public static int rowWords(int columns, int bits) {
        return Math.toIntExact(((long) columns * bits + 31) / 32);
    }

    /**
     * Packs row after row.
     *
     * @param codes unsigned, one a byte, [rows × columns], each below 2^bits
     * @return [rows × rowWords]
     */
    public static int[] pack(byte[] codes, int columns, int bits) {
        int rows = codes.length / columns;
        int stride = rowWords(columns, bits);
        int[] words = new int[Math.multiplyExact(rows, stride)];
        for (int row = 0; row < rows; row++) {
            long at = (long) row * stride * 32;
            for (int i = 0; i < columns; i++, at += bits) {
                int code = codes[row * columns + i] & 0xFF;
                int word = (int) (at >>> 5);
                int shift = (int) (at & 31);
                words[word] |= code << shift;
                if (shift + bits > 32) {
                    words[word + 1] |= code >>> (32 - shift);
                }
            }
        }
        return words;
    }

    /**
     * Packs column after column: what {@link #pack} makes of the transpose, transposed back.
     *
     * @param codes unsigned, one a byte, [rows × columns]
     * @return [rowWords(rows) × columns]
     */
    public static int[] packColumns(byte[] codes, int columns, int bits) {
        int rows = codes.length / columns;
        int[] packed = pack(transposed(codes, columns), rows, bits);
        int height = rowWords(rows, bits);
        int[] words = new int[packed.length];
        for (int column = 0; column < columns; column++) {
            for (int word = 0; word < height; word++) {
                words[word * columns + column] = packed[column * height + word];
            }
        }
        return words;
    }

    /** [columns × rows] of [rows × columns]. */
    public static byte[] transposed(byte[] values, int columns) {
        int rows = values.length / columns;
        byte[] turned = new byte[values.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                turned[column * rows + row] = values[row * columns + column];
            }
        }
        return turned;
    }

    /** [columns × rows] of [rows × columns]. */
    public static float[] transposed(float[] values, int columns) {
        int rows = values.length / columns;
        float[] turned = new float[values.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                turned[column * rows + row] = values[row * columns + column];
            }
        }
        return turned;
    }
}
