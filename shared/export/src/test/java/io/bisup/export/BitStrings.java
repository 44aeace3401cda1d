package io.bisup.export;

/** Packed words read back through strings of zeros and ones: slow, and nothing of the writer's arithmetic. */
public final class BitStrings {

    private BitStrings() {}

    /** Codes [rows × columns] of rows that each begin on a new word. */
    public static byte[] unpack(int[] words, int rows, int columns, int bits) {
        int stride = words.length / rows;
        byte[] codes = new byte[rows * columns];
        for (int row = 0; row < rows; row++) {
            StringBuilder string = new StringBuilder();
            for (int word = 0; word < stride; word++) {
                String binary = Integer.toBinaryString(words[row * stride + word]);
                string.append(new StringBuilder("0".repeat(32 - binary.length()) + binary).reverse());
            }
            for (int i = 0; i < columns; i++) {
                String code = string.substring(i * bits, (i + 1) * bits);
                codes[row * columns + i] = (byte)
                        Integer.parseInt(new StringBuilder(code).reverse().toString(), 2);
            }
            if (string.substring(columns * bits).contains("1")) {
                throw new AssertionError("row " + row + " is not filled up with zeros");
            }
        }
        return codes;
    }

    /** Codes [rows × columns] of columns that each begin on a new word. */
    public static byte[] unpackColumns(int[] words, int rows, int columns, int bits) {
        int height = words.length / columns;
        byte[] codes = new byte[rows * columns];
        for (int column = 0; column < columns; column++) {
            int[] own = new int[height];
            for (int word = 0; word < height; word++) {
                own[word] = words[word * columns + column];
            }
            byte[] unpacked = unpack(own, 1, rows, bits);
            for (int row = 0; row < rows; row++) {
                codes[row * columns + column] = unpacked[row];
            }
        }
        return codes;
    }
}
