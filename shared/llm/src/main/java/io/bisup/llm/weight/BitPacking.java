package io.bisup.llm.weight;

/**
 * Dense packing of unsigned b-bit codes: element i occupies bits [i·b, i·b+b) of a little-endian bit stream, least
 * significant bit first, across byte borders; rows start on a byte.
 */
public final class BitPacking {

    private BitPacking() {}

    /** Bytes of one packed row. */
    public static int rowBytes(int columns, int bits) {
        return Math.toIntExact(((long) columns * bits + 7) / 8);
    }

    /**
     * Packs row after row.
     *
     * @param codes unsigned codes, [rows × columns], each below 2^bits
     * @return [rows × rowBytes]
     */
    public static byte[] pack(byte[] codes, int columns, int bits) {
        int rows = rowsOf(codes.length, columns);
        int stride = rowBytes(columns, bits);
        byte[] packed = new byte[Math.multiplyExact(rows, stride)];
        for (int row = 0; row < rows; row++) {
            packRow(codes, row * columns, columns, bits, packed, row * stride);
        }
        return packed;
    }

    /**
     * Reverses {@link #pack}.
     *
     * @return unsigned codes, [rows × columns]
     */
    public static byte[] unpack(byte[] packed, int columns, int bits) {
        int stride = rowBytes(columns, bits);
        int rows = rowsOf(packed.length, stride);
        byte[] codes = new byte[Math.multiplyExact(rows, columns)];
        for (int row = 0; row < rows; row++) {
            unpackRow(packed, row * stride, columns, bits, codes, row * columns);
        }
        return codes;
    }

    private static void packRow(byte[] codes, int from, int columns, int bits, byte[] packed, int to) {
        int buffer = 0;
        int filled = 0;
        int out = to;
        for (int i = 0; i < columns; i++) {
            int code = codes[from + i] & 0xFF;
            if (code >>> bits != 0) {
                throw new IllegalArgumentException("code " + code + " does not fit into " + bits + " bits");
            }
            buffer |= code << filled;
            filled += bits;
            while (filled >= 8) {
                packed[out++] = (byte) buffer;
                buffer >>>= 8;
                filled -= 8;
            }
        }
        if (filled > 0) {
            packed[out] = (byte) buffer;
        }
    }

    private static void unpackRow(byte[] packed, int from, int columns, int bits, byte[] codes, int to) {
        int mask = (1 << bits) - 1;
        int buffer = 0;
        int filled = 0;
        int in = from;
        for (int i = 0; i < columns; i++) {
            while (filled < bits) {
                buffer |= (packed[in++] & 0xFF) << filled;
                filled += 8;
            }
            codes[to + i] = (byte) (buffer & mask);
            buffer >>>= bits;
            filled -= bits;
        }
    }

    private static int rowsOf(int length, int perRow) {
        if (perRow == 0 || length % perRow != 0) {
            throw new IllegalArgumentException(length + " elements are not whole rows of " + perRow);
        }
        return length / perRow;
    }
}
